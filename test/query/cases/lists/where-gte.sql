select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"id":"Order:'||t0.order_id::text||'","revenue":'||coalesce('"'||t0.revenue::text||'"','null')||'}' as j
    from "shop"."orders" t0
    where t0.revenue>=$2::numeric
    order by t0.order_id) q) end as data
from "thau".pointer p;
