{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_warranty__claims') }}
    where rejected_because is null

),

final as (

    select
        claim_id,
        customer_name,
        name_key,
        phone,
        sku,
        bought_from,
        bought_in,
        issue,
        outcome,
        opened_at,
        closed_at,
        loaded_at,
        batch
    from delivered

)

select * from final
