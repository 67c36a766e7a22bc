select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg('{"keys":{"status":'||(case q.k0 when 'placed' then '"PLACED"' when 'delivered' then '"DELIVERED"' when 'returned' then '"RETURNED"' when 'cod_refused' then '"COD_REFUSED"' else E'"\x01'||substr(json_scalar(q.k0)::text,2) end)||',"shippedOn":'||coalesce('"'||q.k1::text||'"','null')||'},"count":'||a0::text||',"sum":{"revenue":'||coalesce('"'||q.a1::text||'"','null')||'}}',','),'')
  from (
    select t0.status as k0,date_trunc('month',t0.shipped_on::timestamp)::date as k1,count(*) as a0,sum(t0.revenue::numeric) as a1
    from "shop"."orders" t0
    group by 1,2
    order by 1,2) q) end as data
from "thau".pointer p;
