select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"nps":'||coalesce(t0.nps::text,'null')||',"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    order by t0.nps desc nulls last,t0.customer_id
    limit 4) q having true) end as data
from "thau".pointer p;
