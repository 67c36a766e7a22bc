select p.generation::text,case when p.generation=$1::bigint then (
  select count(*)
  from "shop"."orders" t0
  where (t0.status=$2::text))::text end as data
from "thau".pointer p;
