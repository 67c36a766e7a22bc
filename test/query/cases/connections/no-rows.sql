select p.generation::text,case when p.generation=$1::bigint then coalesce((
  select '{"members":'||(
    select '{"edges":['||coalesce(string_agg(e0,','
    order by n) filter (where n<=2),'')||'],"pageInfo":{"hasNextPage":'||(count(*)>2)::text||',"startCursor":'||coalesce('"'||(array_agg(e1
    order by n) filter (where n<=2))[1]||'"','null')||'}}'
    from (
      select *,row_number() over () as n
      from (
        select '{"cursor":"'||translate(encode(convert_to(left(encode(sha256(convert_to('b65e996ba584ebd1'||json_build_array(t1.customer_id::text)::text,'UTF8')),'hex'),8)||json_build_array(t1.customer_id::text)::text,'UTF8'),'base64'),E'\n','')||'"}' as e0,translate(encode(convert_to(left(encode(sha256(convert_to('b65e996ba584ebd1'||json_build_array(t1.customer_id::text)::text,'UTF8')),'hex'),8)||json_build_array(t1.customer_id::text)::text,'UTF8'),'base64'),E'\n','') as e1
        from "shop"."customers" t1 join (
          select *
          from "shop"."segment_members"
          where left_at is null) t2 on t1.customer_id=t2.customer_id
        where t2.segment_id=t0.segment_id
        order by t1.customer_id
        limit 3) r) q having true)||'}'
  from "shop"."segments" t0
  where t0.name=$2::text
  order by t0.segment_id
  limit 1),'null') end as data
from "thau".pointer p;
