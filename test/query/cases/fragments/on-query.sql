select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"name":'||json_scalar(t0.name)::text||'}' as j
    from "shop"."segments" t0
    order by t0.segment_id) q) end as data
from "thau".pointer p;
