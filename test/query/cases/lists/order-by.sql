select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"recentOrders":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select '{"status":'||(case t1.status when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' end)||',"revenue":'||coalesce('"'||t1.revenue::text||'"','null')||'}' as j
      from "shop"."orders" t1
      where t1.customer_id=t0.customer_id
      order by t1.status,t1.revenue desc,t1.order_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
