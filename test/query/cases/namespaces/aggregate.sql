select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
  from (
    select count(*) as a0
    from "shop"."customers" t0) q) end as data
from "thau".pointer p;
