select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"id":"Customer:'||t0.customer_id::text||'","fullName":'||coalesce(json_scalar(t0.full_name)::text,'null')||'}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
