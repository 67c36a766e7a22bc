select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"touches":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select (case t1.kind when 'visit' then '{ "pageUrl":'||coalesce(json_scalar(t1.page_url)::text,'null')||'}' when 'call' then '{  "waitSeconds":'||coalesce(t1.wait_seconds::text,'null')||'}' else E'"\x01'||coalesce(substr(json_scalar(t1.kind::text)::text,2),'"') end) as j
      from "shop"."touchpoints" t1
      where t1.customer_id=t0.customer_id
      order by t1.occurred_at,t1.touchpoint_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
