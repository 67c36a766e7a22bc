select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"keys":{"orderedAt":'||json_scalar(q.k0)::text||'},"count":'||a0::text||'}',','),'')
  from (
    select date_trunc('month',t0.ordered_at,'Asia/Ho_Chi_Minh') as k0,count(*) as a0
    from "shop"."orders" t0
    group by 1
    order by 1) q) end as data
from "thau".pointer p;
