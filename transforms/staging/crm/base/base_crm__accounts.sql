with delivered as (

    select * from {{ source('crm', 'accounts') }}

),

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

parsed as materialized (

    select
        nullif(btrim(account_id), '') as account_id,
        {{ clean_value('name') }} as account_name,
        {{ search_key('name') }} as name_key,
        nullif(nullif(btrim(parent_account_id), ''), btrim(account_id)) as parent_account_id,
        nullif(btrim(tax_code), '') as tax_code,
        nullif(lower(btrim(industry)), '') as industry,
        {{ clean_value('province') }} as province_text,
        {{ province_key('province') }} as province_key,
        {{ moment('created_at') }} as created_at,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.account_id is null then 'no account_id'
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
            partition by account_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        account_id,
        account_name,
        name_key,
        parent_account_id,
        tax_code,
        industry,
        province_text,
        province_name,
        created_at,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
