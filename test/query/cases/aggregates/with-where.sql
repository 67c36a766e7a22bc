select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"scoresAggregate":['||(
    select coalesce(string_agg('{"count":'||a0::text||'}',','),'')
    from (
      select count(*) as a0
      from "shop"."scores" t1
      where t1.customer_id=t0.customer_id and t1.name=any($3::text[])) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
