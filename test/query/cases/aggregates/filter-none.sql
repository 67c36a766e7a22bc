select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"count":'||a0::text||',"sum":{"revenue":'||coalesce('"'||q.a1::text||'"','null')||'},"min":{"orderedAt":'||coalesce(json_scalar(q.a2)::text,'null')||'}}',','),'')
  from (
    select count(*) as a0,sum(t0.revenue::numeric) as a1,min(t0.ordered_at) as a2
    from "shop"."orders" t0
    where (t0.status=any($2::text[]))) q) end as data
from "thau".pointer p;
