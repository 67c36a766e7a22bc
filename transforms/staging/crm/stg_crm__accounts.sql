{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_crm__accounts') }}
    where rejected_because is null

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
        loaded_at
    from delivered

)

select * from final
