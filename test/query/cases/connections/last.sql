select p.generation::text,case when p.generation=$1::bigint then (
  select '{"edges":['||coalesce(string_agg(e0,','
  order by n desc) filter (where n<=3),'')||'],"pageInfo":{"hasNextPage":false,"hasPreviousPage":'||(count(*)>3)::text||',"startCursor":'||coalesce('"'||(array_agg(e1
  order by n desc) filter (where n<=3))[1]||'"','null')||',"endCursor":'||coalesce('"'||(array_agg(e1
  order by n) filter (where n<=3))[1]||'"','null')||'}}'
  from (
    select *,row_number() over () as n
    from (
      select '{"cursor":"'||translate(encode(convert_to(left(encode(sha256(convert_to('b65e996ba584ebd1'||json_build_array(t0.customer_id::text)::text,'UTF8')),'hex'),8)||json_build_array(t0.customer_id::text)::text,'UTF8'),'base64'),E'\n','')||'","node":{"id":"Customer:'||t0.customer_id::text||'"}}' as e0,translate(encode(convert_to(left(encode(sha256(convert_to('b65e996ba584ebd1'||json_build_array(t0.customer_id::text)::text,'UTF8')),'hex'),8)||json_build_array(t0.customer_id::text)::text,'UTF8'),'base64'),E'\n','') as e1
      from "shop"."customers" t0
      order by t0.customer_id desc
      limit 4) r) q having true) end as data
from "thau".pointer p;
