select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"keys":{"city":'||coalesce(json_scalar(q.k0)::text,'null')||'},"count":'||a0::text||'}',','),'')
  from (
    select t0.home_city as k0,count(*) as a0
    from "shop"."customers" t0
    group by 1
    order by 1) q) end as data
from "thau".pointer p;
