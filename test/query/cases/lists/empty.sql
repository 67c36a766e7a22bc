select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"members":'||(
    select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
    from (
      select '{"id":"Customer:'||t1.customer_id::text||'"}' as e0
      from "shop"."customers" t1 join (
        select *
        from "shop"."segment_members"
        where left_at is null) t2 on t1.customer_id=t2.customer_id
      where t2.segment_id=t0.segment_id
      order by t1.customer_id
      limit 100) q having true)||'}'
  from "shop"."segments" t0
  where t0.name=$2::text
  order by t0.segment_id
  limit 1),'null') end as data
from "thau".pointer p;
