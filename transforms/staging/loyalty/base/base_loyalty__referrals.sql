{{ grows_by_delivery() }}

with {{ delivered_since(source('loyalty', 'referrals'), "coalesce(btrim(referral_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(referral_id), '') as referral_id,
        nullif(btrim(referrer_member_no), '') as referrer_member_no,
        {{ phone_e164('referee_phone') }} as referee_phone,
        nullif(btrim(referee_member_no), '') as referee_member_no,
        {{ moment('created_at') }} as created_at,
        {{ moment('converted_at') }} as converted_at,
        coalesce(btrim(referral_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when referral_id is null then 'no referral_id'
            when referrer_member_no is null then 'no referrer'
            when created_at is null then 'no created_at'
            when created_at < timestamptz '2000-01-01' then 'created_at before 2000'
            when created_at > loaded_at + interval '1 day' then 'created_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by referral_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        referral_id,
        referrer_member_no,
        referee_phone,
        referee_member_no,
        created_at,
        converted_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('loyalty', 'referrals'))) }} as batch,
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
