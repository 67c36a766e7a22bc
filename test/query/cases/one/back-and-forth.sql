select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"lastOrder":'||coalesce((
    select '{"customer":'||coalesce((
      select '{"lastOrder":'||coalesce((
        select '{"customer":'||coalesce((
          select '{"lastOrder":'||coalesce((
            select '{"id":"Order:'||t5.order_id::text||'"}'
            from "shop"."orders" t5
            where t5.order_id=t4.last_order_id),'null')||'}'
          from "shop"."customers" t4
          where t4.customer_id=t3.customer_id),'null')||'}'
        from "shop"."orders" t3
        where t3.order_id=t2.last_order_id),'null')||'}'
      from "shop"."customers" t2
      where t2.customer_id=t1.customer_id),'null')||'}'
    from "shop"."orders" t1
    where t1.order_id=t0.last_order_id),'null')||'}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
