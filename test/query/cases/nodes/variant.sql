select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{      "id":"Call:'||t0.touchpoint_id::text||'"}'
  from "shop"."touchpoints" t0
  where t0.kind='call' and t0.touchpoint_id=$2::bigint),'null')||',"b":'||coalesce((
  select '{      "id":"Call:'||t1.touchpoint_id::text||'"}'
  from "shop"."touchpoints" t1
  where t1.kind='call' and t1.touchpoint_id=$3::bigint),'null') end as data
from "thau".pointer p;
