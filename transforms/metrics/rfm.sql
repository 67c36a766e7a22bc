{{ config(indexes=[{'columns': ['customer_id'], 'unique': True}]) }}

with buyers as (

    select
        orders.customer_id,
        min(clock.as_of_on) - max((orders.ordered_at at time zone '{{ var("timezone") }}')::date) as recency_days,
        count(*) as order_count,
        sum(orders.revenue) as revenue
    from {{ ref('orders') }} as orders
    cross join {{ ref('clock') }} as clock
    where orders.is_purchase
        and orders.customer_id is not null
        and orders.ordered_at > clock.as_of_at - interval '{{ var("rfm_days", 365) }} days'
    group by orders.customer_id

),

rules as (

    select * from {{ ref('rfm_segments') }}

),

final as (

    {{ rfm_scores('buyers', 'rules') }}

)

select * from final
