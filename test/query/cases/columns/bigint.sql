select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"orderId":"'||t0.order_id::text||'"}' as e0
    from "shop"."orders" t0
    order by t0.ordered_at desc,t0.order_id
    limit 2) q having true) end as data
from "thau".pointer p;
