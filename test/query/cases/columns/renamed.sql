select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"city":'||coalesce(json_scalar(t0.home_city)::text,'null')||'}' as j
    from "shop"."customers" t0
    order by t0.customer_id
    limit 3) q) end as data
from "thau".pointer p;
