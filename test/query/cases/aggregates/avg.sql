select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"avg":{"revenue":'||coalesce('"'||q.a0::text||'"','null')||',"itemCount":'||coalesce('"'||q.a1::text||'"','null')||'}}',','),'')
  from (
    select trim_scale(avg(t0.revenue::numeric)) as a0,trim_scale(avg(t0.item_count::numeric)) as a1
    from "shop"."orders" t0) q) end as data
from "thau".pointer p;
