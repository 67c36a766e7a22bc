{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_logistics__deliveries') }}
    where rejected_because is null

),

final as (

    select
        delivery_id,
        order_key,
        carrier,
        province_text,
        province_name,
        shipped_at,
        promised_on,
        delivered_at,
        attempts,
        status,
        collected,
        loaded_at,
        batch
    from delivered

)

select * from final
