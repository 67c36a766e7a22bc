select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"min":{"revenue":'||coalesce('"'||q.a0::text||'"','null')||',"orderedAt":'||coalesce(json_scalar(q.a1)::text,'null')||'},"max":{"revenue":'||coalesce('"'||q.a2::text||'"','null')||',"shippedOn":'||coalesce('"'||q.a3::text||'"','null')||'}}',','),'')
  from (
    select min(t0.revenue) as a0,min(t0.ordered_at) as a1,max(t0.revenue) as a2,max(t0.shipped_on) as a3
    from "shop"."orders" t0) q) end as data
from "thau".pointer p;
