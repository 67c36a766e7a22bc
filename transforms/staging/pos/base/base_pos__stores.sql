with delivered as (

    select * from {{ source('pos', 'stores') }}

),

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

parsed as materialized (

    select
        nullif(btrim(store_id), '') as store_id,
        {{ clean_value('name') }} as store_name,
        {{ clean_value('address') }} as address,
        {{ clean_value('province') }} as province_text,
        {{ province_key('province') }} as province_key,
        {{ finite('latitude') }} as latitude,
        {{ finite('longitude') }} as longitude,
        {{ day('opened_on') }} as opened_on,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.store_id is null then 'no store_id'
            when parsed.store_name is null then 'no name'
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
            partition by store_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        store_id,
        store_name,
        address,
        province_text,
        province_name,
        latitude,
        longitude,
        opened_on,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
