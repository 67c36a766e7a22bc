select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"countDistinct":{"status":'||q.a0::text||',"customer":'||q.a1::text||'}}',','),'')
  from (
    select count(distinct t0.status) as a0,count(distinct t0.item_count) as a1
    from "shop"."orders" t0) q) end as data
from "thau".pointer p;
