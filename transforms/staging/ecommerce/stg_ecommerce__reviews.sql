{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_ecommerce__reviews') }}
    where rejected_because is null

),

final as (

    select
        review_id,
        channel,
        order_key,
        product_id,
        account_id,
        buyer_id,
        rating,
        review_text,
        created_at,
        loaded_at,
        batch
    from delivered

)

select * from final
