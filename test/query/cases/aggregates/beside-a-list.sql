select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"orders":{"totalCount":'||(
    select count(*)
    from "shop"."orders" t1
    where t1.customer_id=t0.customer_id)::text||'},"ordersAggregate":['||(
    select coalesce(string_agg('{"count":'||a0::text||',"max":{"orderedAt":'||coalesce(json_scalar(q.a1)::text,'null')||'}}',','),'')
    from (
      select count(*) as a0,max(t2.ordered_at) as a1
      from "shop"."orders" t2
      where t2.customer_id=t0.customer_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
