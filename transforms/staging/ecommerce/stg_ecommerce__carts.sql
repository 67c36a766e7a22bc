{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_ecommerce__carts') }}
    where rejected_because is null

),

final as (

    select
        cart_id,
        account_id,
        anonymous_id,
        created_at,
        last_event_at,
        last_step,
        item_count,
        value,
        exit_reason,
        order_id,
        loaded_at,
        batch
    from delivered

)

select * from final
