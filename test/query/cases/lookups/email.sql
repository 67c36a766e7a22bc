select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"id":"Customer:'||t0.customer_id::text||'","fullName":'||coalesce(json_scalar(t0.full_name)::text,'null')||'}'
  from "shop"."customers" t0
  where t0.customer_id=(
    select t1.customer_id
    from "shop"."identities" t1
    where t1.identifier_value=$2::text and t1.identifier_type='email'
    order by 1
    limit 1)
  order by t0.customer_id
  limit 1),'null') end as data
from "thau".pointer p;
