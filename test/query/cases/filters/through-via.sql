select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    where (exists(
      select 1
      from "shop"."segments" t1 join (
        select *
        from "shop"."segment_members"
        where left_at is null) t2 on t1.segment_id=t2.segment_id
      where t2.customer_id=t0.customer_id and (t1.name=$2::text)))
    order by t0.customer_id
    limit 100) q having true) end as data
from "thau".pointer p;
