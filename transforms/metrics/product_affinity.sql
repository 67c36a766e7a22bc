{{ config(indexes=[{'columns': ['product_id']}, {'columns': ['other_product_id']}]) }}

with baskets as (

    select distinct
        orders.order_id as basket_id,
        items.product_id
    from {{ ref('orders') }} as orders
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    where orders.is_purchase
        and items.product_id is not null

),

affinity as (

    {{ basket_affinity('baskets') }}

),

final as (

    select
        product_id || '+' || other_product_id as product_affinity_id,
        product_id,
        other_product_id,
        pair_count::integer as pair_count,
        basket_count::integer as basket_count,
        other_basket_count::integer as other_basket_count,
        round(support, 6) as support,
        round(confidence, 6) as confidence,
        ({{ wilson_lower('pair_count', 'basket_count') }})::numeric(7, 6) as confidence_lower,
        ({{ wilson_upper('pair_count', 'basket_count') }})::numeric(7, 6) as confidence_upper,
        round(lift, 4) as lift,
        round(chance, 6) as chance
    from affinity

)

select * from final
