select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    where (t0.created_at>=$2::timestamptz)
    order by t0.customer_id
    limit 100) q having true) end as data
from "thau".pointer p;
