select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"__typename":"OrderAggregate","sum":{"__typename":"OrderSum"}}',','),'')
  from (
    select count(*)
    from "shop"."orders" t0) q) end as data
from "thau".pointer p;
