{{ config(indexes=[{'columns': ['created_at']}]) }}

{#- A cart is abandoned when no order came of it within 24 hours of its last event; one younger than that is open and
    counts nowhere yet. -#}
with carts as (

    select * from {{ ref('stg_ecommerce__carts') }}

),

people as (

    select record_id, customer_id
    from {{ ref('record_identities') }}
    where record_type = 'cart'

),

customers as (

    select customer_id, sex, age_band from {{ ref('customers') }}

),

clock as (

    select * from {{ ref('clock') }}

),

final as (

    select
        carts.cart_id,
        people.customer_id,
        carts.created_at,
        carts.last_event_at,
        carts.last_step,
        carts.item_count,
        carts.value,
        carts.exit_reason,
        carts.value >= 300000 as has_free_shipping,
        'own_site:' || carts.order_id as order_id,
        carts.order_id is not null as is_ordered,
        carts.order_id is null and carts.last_event_at < clock.as_of_at - interval '24 hours' as is_abandoned,
        customers.sex,
        customers.age_band
    from carts
    cross join clock
    left join people on carts.cart_id = people.record_id
    left join customers on people.customer_id = customers.customer_id

)

select * from final
