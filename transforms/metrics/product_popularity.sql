{#- The share of the baskets of the last 90 days (var popularity_days) that hold a product: what is recommended where
    nothing else is known, and what recommendations are held against. -#}
with clock as (

    select * from {{ ref('clock') }}

),

baskets as (

    select distinct
        orders.order_id,
        items.product_id
    from {{ ref('orders') }} as orders
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    cross join clock
    where orders.is_purchase
        and items.product_id is not null
        and orders.ordered_at > clock.as_of_at - interval '{{ var("popularity_days", 90) }} days'

),

totals as (

    select count(distinct order_id) as basket_count from baskets

),

final as (

    select
        baskets.product_id,
        count(*)::integer as basket_count,
        round(count(*)::numeric / totals.basket_count, 6) as share,
        row_number() over (order by count(*) desc, baskets.product_id)::integer as rank
    from baskets
    cross join totals
    group by baskets.product_id, totals.basket_count

)

select * from final
