select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'","birthDate":'||coalesce('"'||t0.birth_date::text||'"','null')||'}' as e0
    from "shop"."customers" t0
    where (t0.birth_date>((now() at time zone 'Asia/Ho_Chi_Minh')-$2::interval)::date and t0.birth_date<=(now() at time zone 'Asia/Ho_Chi_Minh')::date)
    order by t0.customer_id
    limit 100) q having true) end as data
from "thau".pointer p;
