{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_key',
    indexes=[{'columns': ['order_key']}, {'columns': ['batch']}]
) }}

{#- The newest version of each. A base model writes all deliveries of a key at once, so that a batch holds all of its versions. -#}
with delivered as (

    select * from {{ ref('base_ecommerce__orders') }}
    where rejected_because is null
        and {{ not_yet_seen('batch') }}

),

final as (

    select distinct on (order_key)
        order_key,
        order_id,
        channel,
        shop_id,
        account_id,
        buyer_id,
        buyer_name,
        name_key,
        phone,
        email,
        ship_address,
        province_text,
        province_name,
        payment_method,
        status,
        cart_id,
        anonymous_id,
        coupon_code,
        subtotal,
        discount,
        shipping_fee,
        tax,
        total,
        currency,
        placed_at,
        paid_at,
        updated_at,
        loaded_at,
        batch
    from delivered
    order by order_key, updated_at desc, loaded_at desc

)

select * from final
