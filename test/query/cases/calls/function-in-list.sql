select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"whySame":'||coalesce(("shop"."why_same"(t0.customer_id,$2::bigint))::jsonb::text,'null')||'}' as j
    from "shop"."customers" t0
    order by t0.customer_id
    limit 2) q) end as data
from "thau".pointer p;
