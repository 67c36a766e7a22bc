select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"recentOrders":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select '{"id":"Order:'||t1.order_id::text||'","orderedAt":'||json_scalar(t1.ordered_at)::text||'}' as j
      from "shop"."orders" t1
      where t1.customer_id=t0.customer_id
      order by t1.ordered_at desc,t1.order_id
      limit 2) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
