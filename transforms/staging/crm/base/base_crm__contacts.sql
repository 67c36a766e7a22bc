{{ grows_by_delivery(looked_up_by='contact_id', keeps_reference=true) }}

with {{ delivered_since(
    source('crm', 'contacts'),
    "coalesce(btrim(contact_id), '')",
    reference=digest_of(ref('province_aliases'), ['alias_key', 'province_name'])
) }},

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

parsed as materialized (

    select
        nullif(btrim(contact_id), '') as contact_id,
        {{ clean_value('full_name') }} as full_name,
        {{ search_key('full_name') }} as name_key,
        {{ sex('sex') }} as sex,
        {{ birth_date('birth_date') }} as birth_date,
        {{ birth_year('birth_date') }} as birth_year,
        {{ phone_e164('phone') }} as phone,
        {{ clean_value('phone') }} as phone_text,
        {{ email_key('email') }} as email,
        {{ clean_value('email') }} as email_text,
        {{ clean_value('address') }} as address,
        {{ clean_value('province') }} as province_text,
        {{ province_key('province') }} as province_key,
        {{ clean_value('occupation') }} as occupation,
        nullif(btrim(account_id), '') as account_id,
        {{ clean_value('owner') }} as owner,
        nullif(lower(btrim(lead_source)), '') as lead_source,
        {{ moment('created_at') }} as created_at,
        {{ moment('updated_at') }} as updated_at,
        coalesce(is_deleted, false) as is_deleted,
        coalesce(btrim(contact_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.contact_id is null then 'no contact_id'
            when parsed.updated_at is null then 'no updated_at'
            when parsed.created_at is null then 'no created_at'
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
            partition by contact_id, updated_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        contact_id,
        full_name,
        name_key,
        sex,
        birth_date,
        birth_year,
        phone,
        phone_text,
        email,
        email_text,
        address,
        province_text,
        province_name,
        occupation,
        account_id,
        owner,
        lead_source,
        created_at,
        updated_at,
        is_deleted,
        delivery_key,
        {{ next_batch(newest_arrival(source('crm', 'contacts'))) }} as batch,
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
