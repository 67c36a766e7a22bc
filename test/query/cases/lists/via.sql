select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"segments":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select '{"name":'||json_scalar(t1.name)::text||'}' as j
      from "shop"."segments" t1 join (
        select *
        from "shop"."segment_members"
        where left_at is null) t2 on t1.segment_id=t2.segment_id
      where t2.customer_id=t0.customer_id
      order by t1.name,t1.segment_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
