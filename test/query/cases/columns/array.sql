select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"tags":'||coalesce((case when array_position(t0.tags,null) is null then to_json(t0.tags)::text else (
      select '['||coalesce(string_agg(coalesce(json_scalar(u.v)::text,E'"\x01"'),','
      order by u.o),'')||']'
      from unnest(t0.tags) with ordinality u(v,o)) end),'null')||'}' as j
    from "shop"."customers" t0
    order by t0.customer_id
    limit 3) q) end as data
from "thau".pointer p;
