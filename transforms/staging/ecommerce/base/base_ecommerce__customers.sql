{{ grows_by_delivery(looked_up_by='customer_id', keeps_reference=true) }}

with {{ delivered_since(
    source('ecommerce', 'customers'),
    "coalesce(btrim(customer_id), '')",
    reference=digest_of(ref('province_aliases'), ['alias_key', 'province_name'])
) }},

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

parsed as materialized (

    select
        nullif(btrim(customer_id), '') as customer_id,
        {{ email_key('email') }} as email,
        {{ clean_value('email') }} as email_text,
        coalesce(is_email_verified, false) as is_email_verified,
        {{ phone_e164('phone') }} as phone,
        {{ clean_value('phone') }} as phone_text,
        {{ clean_value('full_name') }} as full_name,
        {{ search_key('full_name') }} as name_key,
        {{ birth_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ sex('sex') }} as sex,
        {{ clean_value('address') }} as address,
        {{ clean_value('province') }} as province_text,
        {{ province_key('province') }} as province_key,
        nullif(btrim(anonymous_id), '') as anonymous_id,
        {{ moment('registered_at') }} as registered_at,
        {{ moment('updated_at') }} as updated_at,
        coalesce(btrim(customer_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.customer_id is null then 'no customer_id'
            when parsed.registered_at is null then 'no registered_at'
            when parsed.updated_at is null then 'no updated_at'
            when parsed.loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed
    left join province_aliases
        on parsed.province_key = province_aliases.alias_key

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, updated_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        customer_id,
        email,
        email_text,
        is_email_verified,
        phone,
        phone_text,
        full_name,
        name_key,
        birth_date,
        birth_year,
        sex,
        address,
        province_text,
        province_name,
        anonymous_id,
        registered_at,
        updated_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('ecommerce', 'customers'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        (select reference from counted) as reference,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
