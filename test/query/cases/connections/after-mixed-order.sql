select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Order:'||t0.order_id::text||'","orderedAt":'||json_scalar(t0.ordered_at)::text||'}' as e0
    from "shop"."orders" t0
    where (t0.ordered_at<=$2::timestamp with time zone and (t0.ordered_at<$2::timestamp with time zone or (t0.ordered_at=$2::timestamp with time zone and t0.order_id>$3::bigint)))
    order by t0.ordered_at desc,t0.order_id
    limit 2) q having true) end as data
from "thau".pointer p;
