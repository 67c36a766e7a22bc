select p.generation::text,case when p.generation=$1::bigint then (
  select count(*)
  from "shop"."customers" t0)::text end as data
from "thau".pointer p;
