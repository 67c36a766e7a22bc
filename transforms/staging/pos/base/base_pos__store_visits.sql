{{ grows_by_delivery() }}

with {{ delivered_since(source('pos', 'store_visits'), "coalesce(btrim(visit_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(visit_id), '') as visit_id,
        nullif(btrim(store_id), '') as store_id,
        {{ clean_value('staff') }} as staff,
        nullif(btrim(member_no), '') as member_no,
        {{ phone_e164('customer_phone') }} as phone,
        {{ one_of('purpose', ['browse', 'advice', 'pick_up', 'warranty', 'return']) }} as purpose,
        coalesce(is_purchase, false) as is_purchase,
        {{ moment('visited_at') }} as visited_at,
        coalesce(btrim(visit_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when visit_id is null then 'no visit_id'
            when store_id is null then 'no store'
            when visited_at is null then 'no visited_at'
            when visited_at < timestamptz '2000-01-01' then 'visited_at before 2000'
            when visited_at > loaded_at + interval '1 day' then 'visited_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by visit_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        visit_id,
        store_id,
        staff,
        member_no,
        phone,
        purpose,
        is_purchase,
        visited_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('pos', 'store_visits'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
