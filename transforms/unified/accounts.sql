with accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

final as (

    select
        account_id,
        account_name,
        name_key,
        tax_code,
        industry,
        coalesce(province_name, province_text) as province,
        created_at
    from accounts

)

select * from final
