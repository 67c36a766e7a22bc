select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    order by t0.customer_id
    limit 1) q having true)||',"b":'||(
  select '{"nodes":['||coalesce(string_agg(e0,','
  order by n desc),'')||']}'
  from (
    select *,row_number() over () as n
    from (
      select '{"id":"Customer:'||t1.customer_id::text||'"}' as e0
      from "shop"."customers" t1
      order by t1.customer_id desc
      limit 1) r) q having true) end as data
from "thau".pointer p;
