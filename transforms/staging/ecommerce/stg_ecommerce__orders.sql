with delivered as (

    select * from {{ ref('base_ecommerce__orders') }}
    where rejected_because is null

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
