select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||'],"edges":['||coalesce(string_agg(e1,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0,'{"node":{"fullName":'||coalesce(json_scalar(t0.full_name)::text,'null')||'}}' as e1
    from "shop"."customers" t0
    order by t0.customer_id
    limit 2) q having true) end as data
from "thau".pointer p;
