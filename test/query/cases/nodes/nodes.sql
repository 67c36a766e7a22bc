select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{     "__typename":"Order","id":"Order:'||t0.order_id::text||'"}'
  from "shop"."orders" t0
  where t0.order_id=$2::bigint),'null')||','||coalesce((
  select '{    "__typename":"Customer","id":"Customer:'||t1.customer_id::text||'"}'
  from "shop"."customers" t1
  where t1.customer_id=$3::bigint),'null')||','||coalesce((
  select '{    "__typename":"Customer","id":"Customer:'||t2.customer_id::text||'"}'
  from "shop"."customers" t2
  where t2.customer_id=$4::bigint),'null') end as data
from "thau".pointer p;
