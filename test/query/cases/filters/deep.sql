select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"id":"Customer:'||t0.customer_id::text||'"}' as e0
    from "shop"."customers" t0
    where (exists(
      select 1
      from "shop"."orders" t1
      where t1.customer_id=t0.customer_id and (exists(
        select 1
        from "shop"."customers" t2
        where t2.customer_id=t1.customer_id and (not exists(
          select 1
          from "shop"."segments" t3 join (
            select *
            from "shop"."segment_members"
            where left_at is null) t4 on t3.segment_id=t4.segment_id
          where t4.customer_id=t2.customer_id and (strpos(lower(translate(regexp_replace(normalize(t3.name,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD')),(
            select lower(translate(regexp_replace(normalize($2::text,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD'))))>0)))))))
    order by t0.customer_id
    limit 100) q having true) end as data
from "thau".pointer p;
