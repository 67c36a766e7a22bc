select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{     "id":"Order:'||t0.order_id::text||'","status":'||(case t0.status when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' end)||'}'
  from "shop"."orders" t0
  where t0.order_id=$2::bigint),'null') end as data
from "thau".pointer p;
