select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
  from (
    select count(*) as a0
    from "shop"."orders" t0
    where (t0.ordered_at>now()-$2::interval and t0.ordered_at<=now())) q)||'],"none":['||(
  select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
  from (
    select count(*) as a0
    from "shop"."orders" t1
    where (t1.ordered_at>now()-$3::interval and t1.ordered_at<=now())) q) end as data
from "thau".pointer p;
