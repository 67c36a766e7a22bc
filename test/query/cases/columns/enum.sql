select p.generation::text,case when p.generation=$1::bigint then (
  select '{"nodes":['||coalesce(string_agg(e0,','),'')||']}'
  from (
    select '{"status":'||(case t0.status when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' end)||'}' as e0
    from "shop"."orders" t0
    order by t0.ordered_at desc,t0.order_id
    limit 4) q having true) end as data
from "thau".pointer p;
