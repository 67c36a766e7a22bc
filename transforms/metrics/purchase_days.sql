{{ config(indexes=[{'columns': ['customer_id', 'purchased_on']}]) }}

{#- Orders of one day are one purchase: what repeat rates, gaps and churn count. Days are local. -#}
with orders as (

    select * from {{ ref('orders') }}
    where is_purchase and customer_id is not null

),

days as (

    select
        customer_id,
        (ordered_at at time zone '{{ var("timezone") }}')::date as purchased_on,
        count(*) as order_count,
        sum(revenue) as revenue
    from orders
    group by 1, 2

),

final as (

    select
        customer_id,
        purchased_on,
        order_count::integer as order_count,
        revenue,
        (row_number() over by_customer)::integer as purchase_day_number,
        purchased_on - lag(purchased_on) over by_customer as gap_days,
        lead(purchased_on) over by_customer as next_purchased_on
    from days
    window by_customer as (partition by customer_id order by purchased_on)

)

select * from final
