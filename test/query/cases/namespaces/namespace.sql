select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as j
    from "shop"."customers" t0
    order by t0.customer_id
    limit 1) q)||'],"bestScores":['||(
  select coalesce(string_agg(j,','),'')
  from (
    select '{"name":"'||t1.name||'","value":'||t1.value::text||'}' as j
    from "shop"."scores" t1
    where t1.value>=$2::double precision
    order by t1.value desc,t1.customer_id,t1.name
    limit 2) q) end as data
from "thau".pointer p;
