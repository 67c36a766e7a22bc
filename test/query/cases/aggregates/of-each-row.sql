select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"name":'||json_scalar(t0.name)::text||',"membersAggregate":['||(
      select coalesce(string_agg('{"count":'||a0::text||',"avg":{"nps":'||coalesce('"'||q.a1::text||'"','null')||'}}',','),'')
      from (
        select count(*) as a0,trim_scale(avg(t1.nps::numeric)) as a1
        from "shop"."customers" t1 join (
          select *
          from "shop"."segment_members"
          where left_at is null) t2 on t1.customer_id=t2.customer_id
        where t2.segment_id=t0.segment_id) q)||']}' as j
    from "shop"."segments" t0
    order by t0.segment_id) q) end as data
from "thau".pointer p;
