select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'","nps":'||coalesce(t0.nps::text,'null')||'}' as e0
    from "shop"."customers" t0
    where (((t0.nps>$2::integer or ($2::integer is not null and t0.nps is null)) or (t0.nps is not distinct
    from $2::integer and t0.customer_id>$3::bigint)))
    order by t0.nps,t0.customer_id
    limit 3) q having true) end as data
from "thau".pointer p;
