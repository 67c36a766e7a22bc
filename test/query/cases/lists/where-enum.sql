select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select '{"id":"Order:'||t0.order_id::text||'","status":'||(case t0.status when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' end)||'}' as j
    from "shop"."orders" t0
    where t0.status=$2::text
    order by t0.order_id) q) end as data
from "thau".pointer p;
