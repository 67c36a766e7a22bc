{{ grows_by_delivery(looked_up_by='member_no') }}

with {{ delivered_since(source('loyalty', 'members'), "coalesce(btrim(member_no), '')") }},

parsed as materialized (

    select
        nullif(btrim(member_no), '') as member_no,
        {{ clean_value('full_name') }} as full_name,
        {{ search_key('full_name') }} as name_key,
        {{ phone_e164('phone') }} as phone,
        {{ clean_value('phone') }} as phone_text,
        {{ email_key('email') }} as email,
        {{ sex('sex') }} as sex,
        {{ birth_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ one_of('tier', ['member', 'silver', 'gold', 'diamond']) }} as tier,
        {{ counted('points') }} as points,
        nullif(btrim(store_id), '') as store_id,
        {{ moment('joined_at') }} as joined_at,
        {{ moment('updated_at') }} as updated_at,
        coalesce(btrim(member_no), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when member_no is null then 'no member_no'
            when joined_at is null then 'no joined_at'
            when updated_at is null then 'no updated_at'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by member_no, updated_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        member_no,
        full_name,
        name_key,
        phone,
        phone_text,
        email,
        sex,
        birth_date,
        birth_year,
        tier,
        points,
        store_id,
        joined_at,
        updated_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('loyalty', 'members'))) }} as batch,
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
