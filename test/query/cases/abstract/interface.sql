select p.generation::text,case when p.generation=$1::bigint then (
  select coalesce(string_agg(j,','),'')
  from (
    select (case t0.kind when 'visit' then '{ "__typename":"Visit","occurredAt":'||json_scalar(t0.occurred_at)::text||'}' when 'call' then '{  "__typename":"Call","occurredAt":'||json_scalar(t0.occurred_at)::text||'}' else E'"\x01'||coalesce(substr(json_scalar(t0.kind::text)::text,2),'"') end) as j
    from "shop"."touchpoints" t0
    order by t0.occurred_at,t0.touchpoint_id
    limit 4) q) end as data
from "thau".pointer p;
