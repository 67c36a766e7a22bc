{#- Unless it is used up, by the days that replenishable_products says one lasts. -#}
select recommendations.customer_id, recommendations.product_id
from {{ ref('recommendations') }} as recommendations
inner join {{ ref('orders') }} as orders on recommendations.customer_id = orders.customer_id
inner join {{ ref('order_items') }} as items
    on orders.order_id = items.order_id
    and recommendations.product_id = items.product_id
left join {{ ref('replenishable_products') }} as used_up on recommendations.product_id = used_up.product_id
cross join {{ ref('clock') }} as clock
where orders.is_purchase
    and (
        used_up.lasts_days is null
        or orders.ordered_at > clock.as_of_at - make_interval(days => used_up.lasts_days - 1)
    )
