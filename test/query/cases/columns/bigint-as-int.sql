select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"itemCount":'||coalesce((case when t0.item_count between -2147483648 and 2147483647 then t0.item_count::text else E'"\x01'||t0.item_count::text||'"' end),'null')||'}' as e0
    from "shop"."orders" t0
    order by t0.ordered_at desc,t0.order_id
    limit 3) q having true) end as data
from "thau".pointer p;
