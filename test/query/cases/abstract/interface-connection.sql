select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"timeline":'||(
    select '{"totalCount":'||(
      select count(*)
      from "shop"."touchpoints" t2
      where t2.customer_id=t0.customer_id)::text||',"edges":['||coalesce(string_agg(e0,','),'')||']}'
    from (
      select '{"cursor":"'||translate(encode(convert_to(left(encode(sha256(convert_to('75dec81870abd092'||json_build_array(t1.occurred_at::text,t1.touchpoint_id::text)::text,'UTF8')),'hex'),8)||json_build_array(t1.occurred_at::text,t1.touchpoint_id::text)::text,'UTF8'),'base64'),E'\n','')||'","node":'||(case t1.kind when 'visit' then '{ "__typename":"Visit","occurredAt":'||json_scalar(t1.occurred_at)::text||'}' when 'call' then '{  "__typename":"Call","occurredAt":'||json_scalar(t1.occurred_at)::text||'}' else E'"\x01'||coalesce(substr(json_scalar(t1.kind::text)::text,2),'"') end)||'}' as e0
      from "shop"."touchpoints" t1
      where t1.customer_id=t0.customer_id
      order by t1.occurred_at desc,t1.touchpoint_id
      limit 2) q having true)||'}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
