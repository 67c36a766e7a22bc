select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"fullName":'||coalesce(json_scalar(t0.full_name)::text,'null')||',"lastOrder":'||coalesce((
    select '{"id":"Order:'||t1.order_id::text||'","status":'||(case t1.status when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' end)||'}'
    from "shop"."orders" t1
    where t1.order_id=t0.last_order_id),'null')||',"email":'||coalesce(json_scalar(t0.email)::text,'null')||'}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
