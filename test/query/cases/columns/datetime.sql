select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"createdAt":'||json_scalar(t0.created_at)::text||'}' as j
    from "shop"."customers" t0
    order by t0.customer_id
    limit 3) q) end as data
from "thau".pointer p;
