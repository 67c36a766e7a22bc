select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"segmentId":'||t0.segment_id::text||'}'
  from "shop"."segments" t0
  where t0.name=$2::text
  order by t0.segment_id
  limit 1),'null') end as data
from "thau".pointer p;
