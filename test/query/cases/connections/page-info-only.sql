select p.generation::text,case when p.generation=$1::bigint then (
  select '{"pageInfo":{"hasNextPage":'||(count(*)>12)::text||'}}'
  from (
    select *,row_number() over () as n
    from (
      select 1
      from "shop"."customers" t0
      order by t0.customer_id
      limit 13) r) q having true) end as data
from "thau".pointer p;
