select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    where (lower(translate(regexp_replace(normalize(t0.full_name,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD')) like (
      select lower(translate(regexp_replace(normalize($2::text,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD'))))
    order by t0.customer_id
    limit 100) q having true) end as data
from "thau".pointer p;
