{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_ecommerce__order_items') }}
    where rejected_because is null

),

final as (

    select
        order_item_key,
        order_key,
        channel,
        line_no,
        product_id,
        quantity,
        unit_price,
        loaded_at,
        batch
    from delivered

)

select * from final
