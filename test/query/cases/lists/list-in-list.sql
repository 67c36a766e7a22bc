select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"name":'||json_scalar(t0.name)::text||',"members":'||(
      select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
      from (
        select '{"fullName":'||coalesce(json_scalar(t1.full_name)::text,'null')||',"scores":['||(
          select coalesce(string_agg(j,','),'')
          from (
            select '{"name":"'||t3.name||'","value":'||t3.value::text||'}' as j
            from "shop"."scores" t3
            where t3.customer_id=t1.customer_id
            order by t3.name,t3.customer_id
            limit 1) q)||']}' as e0
        from "shop"."customers" t1 join (
          select *
          from "shop"."segment_members"
          where left_at is null) t2 on t1.customer_id=t2.customer_id
        where t2.segment_id=t0.segment_id
        order by t1.customer_id
        limit 2) q having true)||'}' as j
    from "shop"."segments" t0
    order by t0.segment_id) q) end as data
from "thau".pointer p;
