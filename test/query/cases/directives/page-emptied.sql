select p.generation::text,case when p.generation=$1::bigint then (
  select '{"pageInfo":{}}'
  from (
    select *,row_number() over () as n
    from (
      select 1
      from "shop"."customers" t0
      order by t0.customer_id
      limit 6) r) q having true)||',"rows":{},"edges":'||(
  select '{"edges":['||coalesce(string_agg(e0,','
  order by n) filter (where n<=$3::integer),'')||']}'
  from (
    select *,row_number() over () as n
    from (
      select '{}' as e0
      from "shop"."customers" t1
      where (strpos(lower(translate(regexp_replace(normalize(t1.full_name,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD')),(
        select lower(translate(regexp_replace(normalize($2::text,NFD),E'[\u0300-\u036f]','','g'),'đĐ','dD'))))>0)
      order by t1.customer_id
      limit 6) r) q having true) end as data
from "thau".pointer p;
