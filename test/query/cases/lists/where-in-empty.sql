select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"scores":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select '{"name":"'||t1.name||'"}' as j
      from "shop"."scores" t1
      where t1.customer_id=t0.customer_id and t1.name=any($3::text[])
      order by t1.name,t1.customer_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
