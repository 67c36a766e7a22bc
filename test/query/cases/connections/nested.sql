select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'","orders":'||(
      select '{"totalCount":'||(
        select count(*)
        from "shop"."orders" t2
        where t2.customer_id=t0.customer_id)::text||',"nodes":['||coalesce(string_agg(e0,','
      order by n) filter (where n<=1),'')||'],"pageInfo":{"hasNextPage":'||(count(*)>1)::text||'}}'
      from (
        select *,row_number() over () as n
        from (
          select '{"id":"Order:'||t1.order_id::text||'"}' as e0
          from "shop"."orders" t1
          where t1.customer_id=t0.customer_id
          order by t1.ordered_at desc,t1.order_id
          limit 2) r) q having true)||'}' as e0
    from "shop"."customers" t0
    order by t0.customer_id
    limit 2) q having true) end as data
from "thau".pointer p;
