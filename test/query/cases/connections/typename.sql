select p.generation::text,case when p.generation=$1::bigint then (
  select '{"__typename":"CustomerConnection","edges":['||coalesce(string_agg(e0,','),'')||'],"pageInfo":{"__typename":"PageInfo"}}'
  from (
    select '{"__typename":"CustomerEdge","node":{"__typename":"Customer"}}' as e0
    from "shop"."customers" t0
    order by t0.customer_id
    limit 1) q having true) end as data
from "thau".pointer p;
