select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"keys":{"status":'||(case q.k0 when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' else E'"\x01'||substr(json_scalar(q.k0)::text,2) end)||'},"count":'||a0::text||'}',','),'')
  from (
    select t0.status as k0,t0.item_count as k1,count(*) as a0
    from "shop"."orders" t0
    group by 1,2
    order by 1,2) q) end as data
from "thau".pointer p;
