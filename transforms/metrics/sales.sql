{{ config(indexes=[{'columns': ['ordered_at']}, {'columns': ['customer_id']}]) }}

with orders as (

    select * from {{ ref('orders') }}

),

customers as (

    select customer_id, sex, age_band, first_traffic_channel from {{ ref('customers') }}

),

final as (

    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        orders.channel,
        orders.source,
        orders.status,
        orders.is_purchase,
        orders.payment_method,
        orders.payment_method = 'cod' as is_cod,
        orders.status = 'cod_refused' as is_cod_refused,
        orders.store_id,
        orders.province,
        orders.carrier,
        orders.is_late,
        orders.amount,
        orders.revenue,
        orders.item_count,
        orders.purchase_number,
        orders.purchase_number > 1 as is_repeat_purchase,
        customers.sex,
        customers.age_band,
        customers.first_traffic_channel
    from orders
    left join customers on orders.customer_id = customers.customer_id

)

select * from final
