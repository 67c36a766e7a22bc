{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='customer_id',
    gone_when='purchased_on is null',
    indexes=[{'columns': ['customer_id', 'purchased_on']}, {'columns': ['batch']}]
) }}

{%- set changes = ref('customer_changes') -%}

{#- Orders of one day are one purchase: what repeat rates, gaps and churn count. Days are local. Written anew are all days
    of a customer of whom one is another than it was. -#}
with
{%- if is_incremental() %}

{{ changed_customers(changes) }},
{%- endif %}

orders as (

    {{ named_rows(ref('orders'), 'customer_id', 'touched', 'customer_id') }}

),

days as (

    select
        customer_id,
        (ordered_at at time zone '{{ var("timezone") }}')::date as purchased_on,
        count(*) as order_count,
        sum(revenue) as revenue
    from orders
    where is_purchase and customer_id is not null
    group by 1, 2

),
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'customer_id', 'touched') }}

),

differing as (

    select distinct customer_id
    from days
    full join known using (customer_id, purchased_on)
    where (days.order_count, days.revenue::text) is distinct from (known.order_count, known.revenue::text)

),
{%- endif %}

final as (

    select
        customer_id,
        days.purchased_on,
        days.order_count::integer as order_count,
        days.revenue,
        (row_number() over by_customer)::integer as purchase_day_number,
        days.purchased_on - lag(days.purchased_on) over by_customer as gap_days,
        lead(days.purchased_on) over by_customer as next_purchased_on,
        {{ batch_above(changes) }} as batch,
        {{ newest_batch(changes) }} as seen_batch
    {% if is_incremental() -%}
    from differing
    left join days using (customer_id)
    {%- else -%}
    from days
    {%- endif %}
    window by_customer as (partition by customer_id order by days.purchased_on)

)

select * from final
