select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"scores":['||(
    select coalesce(string_agg(j,','),'')
    from (
      select '{"customer":'||coalesce((
        select '{"fullName":'||coalesce(json_scalar(t2.full_name)::text,'null')||'}'
        from "shop"."customers" t2
        where t2.customer_id=t1.customer_id),E'"\x01"')||'}' as j
      from "shop"."scores" t1
      where t1.customer_id=t0.customer_id
      order by t1.name,t1.customer_id) q)||']}'
  from "shop"."customers" t0
  where t0.customer_id=$2::bigint),'null') end as data
from "thau".pointer p;
