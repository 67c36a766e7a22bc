select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"keys":{"channel":'||coalesce(json_scalar(q.k0)::text,'null')||'},"count":'||a0::text||'}',','),'')
  from (
    select t0.channel as k0,count(*) as a0
    from "shop"."touchpoints" t0
    group by 1
    order by 1) q) end as data
from "thau".pointer p;
