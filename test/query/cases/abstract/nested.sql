select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select (case t0.kind when 'visit' then '{ "customer":'||coalesce((
      select '{"fullName":'||coalesce(json_scalar(t1.full_name)::text,'null')||'}'
      from "shop"."customers" t1
      where t1.customer_id=t0.customer_id),'null')||'}' when 'call' then '{  "customer":'||coalesce((
      select '{"fullName":'||coalesce(json_scalar(t2.full_name)::text,'null')||',"city":'||coalesce(json_scalar(t2.home_city)::text,'null')||'}'
      from "shop"."customers" t2
      where t2.customer_id=t0.customer_id),'null')||'}' else E'"\x01'||coalesce(substr(json_scalar(t0.kind::text)::text,2),'"') end) as j
    from "shop"."touchpoints" t0
    order by t0.occurred_at,t0.touchpoint_id
    limit 2) q) end as data
from "thau".pointer p;
