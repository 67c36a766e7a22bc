select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"name":'||json_scalar(t0.name)::text||'}' as j
    from "shop"."segments" t0
    order by t0.segment_id) q)||'],"customersAggregate":['||(
  select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
  from (
    select count(*) as a0
    from "shop"."customers" t1) q)||'],"ordersAggregate":['||(
  select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
  from (
    select count(*) as a0
    from "shop"."orders" t2) q) end as data
from "thau".pointer p;
