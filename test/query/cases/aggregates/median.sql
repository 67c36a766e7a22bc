select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"median":{"revenue":'||coalesce(q.a0::text,'null')||'}}',','),'')
  from (
    select percentile_cont(0.5) within group (order by t0.revenue::double precision) as a0
    from "shop"."orders" t0) q) end as data
from "thau".pointer p;
