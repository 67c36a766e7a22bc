{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='order_id',
    gone_when='ordered_at is null',
    indexes=[
        {'columns': ['order_id'], 'unique': True},
        {'columns': ['customer_id', 'ordered_at']},
        {'columns': ['ordered_at']},
        {'columns': ['order_number']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'orders': ref('stg_ecommerce__orders'),
    'receipts': ref('base_pos__receipts'),
    'deliveries': ref('base_logistics__deliveries'),
    'order_items': ref('base_ecommerce__order_items'),
    'receipt_lines': ref('base_pos__receipt_lines'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set people = ref('record_identities') -%}

{#- Orders of every channel, receipts of the shops among them. An order is a purchase when it was completed and, if paid
    at the door (COD), when the money was collected: cancelled, returned and refused ones are none. Purchases are numbered
    customer by customer, so that with an order which came or changed, or changed hands, all orders of those whose it was
    and is are looked at. -#}
with
{% if is_incremental() %}

{{ looked() }},

{#- Orders and receipts that may have another owner, or none any more. -#}
{{ moved_records(inputs) }},

{#- The base models are read where a delivery that is set aside now may have said another thing before. -#}
touched as materialized (

    select order_key as order_id from {{ inputs.orders }}
    where {{ above_seen('orders') }}
    union
    select 'pos:' || receipt_id from {{ inputs.receipts }}
    where {{ above_seen('receipts') }}
    union
    select 'pos:' || refund_of from {{ inputs.receipts }}
    where {{ above_seen('receipts') }}
    union
    select order_key from {{ inputs.deliveries }}
    where {{ above_seen('deliveries') }}
    union
    select order_key from {{ inputs.order_items }}
    where {{ above_seen('order_items') }}
    union
    select 'pos:' || receipt_id from {{ inputs.receipt_lines }}
    where {{ above_seen('receipt_lines') }}
    union
    select case record_type when 'order' then record_id else 'pos:' || record_id end
    from moved_records
    where record_type in ('order', 'receipt')
    union
    select order_id from {{ this }}
    where {{ reference_differs(orders_reference()) }}

),

held as (

    {{ rows_of(this, 'order_id', 'touched') }}

),

touched_customers as materialized (

    select customer_id from held
    union
    select customer_id from {{ people }}
    where record_type = 'order'
        and record_id = {{ any_of('touched', 'order_id') }}
    union
    select customer_id from {{ people }}
    where record_type = 'receipt'
        and record_id = any(array(select substr(touched.order_id, 5) from touched where touched.order_id like 'pos:%'))

),

named as materialized (

    select order_id from touched
    where order_id is not null
    union
    select order_id from {{ this }}
    where customer_id = {{ any_of('touched_customers', 'customer_id') }}

),

named_receipts as (

    select substr(order_id, 5) as receipt_id
    from named
    where order_id like 'pos:%'

),

{% endif %}

site_orders as (

    {{ named_rows(ref('stg_ecommerce__orders'), 'order_key') }}

),

receipts as (

    select *
    from (
        {{ named_rows(ref('stg_pos__receipts'), 'receipt_id', 'named_receipts', 'receipt_id') }}
    ) as receipts
    where kind = 'sale'

),

stores as (

    select * from {{ ref('stores') }}

),

refunded as (

    select order_id, sum(amount) as amount
    from {{ ref('refunds') }}
    where is_matched
    group by order_id

),

delivered as (

    select
        order_key,
        min(delivered_at) filter (where status = 'delivered') as delivered_at,
        min(promised_on) as promised_on,
        min(carrier) as carrier,
        sum(collected) filter (where status = 'delivered') as collected
    from (
        {{ named_rows(ref('stg_logistics__deliveries'), 'order_key') }}
    ) as deliveries
    group by order_key

),

item_counts as (

    select order_id, sum(quantity) as item_count
    from (
        {{ named_rows(ref('order_items'), 'order_id') }}
    ) as items
    group by order_id

),

people as (

    select record_type, record_id, customer_id
    from {{ people }}
    where record_type in ('order', 'receipt')
        {%- if is_incremental() %}
        and record_id = any(array(
            select named.order_id from named
            union all
            select named_receipts.receipt_id from named_receipts
        ))
        {%- endif %}

),

rates as (

    select * from {{ ref('exchange_rates') }}

),

site as (

    select
        site_orders.order_key as order_id,
        site_orders.order_id as order_number,
        'ecommerce' as source,
        site_orders.channel,
        null::text as store_id,
        site_orders.status,
        site_orders.payment_method,
        site_orders.coupon_code,
        site_orders.cart_id,
        coalesce(site_orders.province_name, site_orders.province_text) as province,
        site_orders.placed_at as ordered_at,
        case
            when site_orders.status <> 'completed' then null
            when site_orders.payment_method = 'cod'
                then coalesce(delivered.delivered_at, site_orders.paid_at)
            else coalesce(site_orders.paid_at, site_orders.updated_at)
        end as completed_at,
        delivered.delivered_at,
        delivered.promised_on,
        delivered.carrier,
        site_orders.status = 'completed' and (
            site_orders.payment_method is distinct from 'cod'
            or coalesce(delivered.collected, 0) > 0
            or site_orders.paid_at is not null
        ) as is_purchase,
        round(site_orders.total * rate.vnd_per_unit) as amount,
        round(coalesce(site_orders.shipping_fee, 0) * rate.vnd_per_unit) as shipping_fee,
        round(site_orders.discount * rate.vnd_per_unit) as discount,
        0::numeric as refunded,
        site_orders.currency as original_currency,
        site_orders.total as original_amount,
        people.customer_id
    from site_orders
    left join delivered on site_orders.order_key = delivered.order_key
    left join people
        on people.record_type = 'order'
        and site_orders.order_key = people.record_id
    left join lateral (
        select rates.vnd_per_unit
        from rates
        where rates.currency = site_orders.currency
            and rates.valid_from <= site_orders.placed_at::date
        order by rates.valid_from desc
        limit 1
    ) as rate on true

),

shop as (

    select
        'pos:' || receipts.receipt_id as order_id,
        receipts.receipt_id as order_number,
        'pos' as source,
        'store' as channel,
        receipts.store_id,
        case
            when coalesce(refunded.amount, 0) >= receipts.total and receipts.total > 0 then 'returned'
            else 'completed'
        end as status,
        receipts.payment_method,
        null::text as coupon_code,
        null::text as cart_id,
        stores.province,
        receipts.sold_at as ordered_at,
        receipts.sold_at as completed_at,
        null::timestamptz as delivered_at,
        null::date as promised_on,
        null::text as carrier,
        coalesce(refunded.amount, 0) < receipts.total as is_purchase,
        receipts.total as amount,
        0::numeric as shipping_fee,
        0::numeric as discount,
        coalesce(refunded.amount, 0) as refunded,
        'VND' as original_currency,
        receipts.total as original_amount,
        people.customer_id
    from receipts
    left join stores on receipts.store_id = stores.store_id
    left join refunded on refunded.order_id = 'pos:' || receipts.receipt_id
    left join people
        on people.record_type = 'receipt'
        and receipts.receipt_id = people.record_id

),

together as (

    select * from site
    union all
    select * from shop

),

{%- set told = [
    'order_number', 'customer_id', 'source', 'channel', 'store_id', 'status', 'is_purchase', 'payment_method',
    'coupon_code', 'cart_id', 'province', 'ordered_at', 'completed_at', 'delivered_at', 'promised_on', 'carrier',
    'amount', 'shipping_fee', 'discount', 'refunded', 'original_amount', 'original_currency'
] %}

numbered as (

    select
        order_id,
        {%- for column in told %}
        together.{{ column }},
        {%- endfor %}
        together.delivered_at > (together.promised_on + 1)::timestamp at time zone '{{ var("timezone") }}'
            as is_late,
        case
            when together.is_purchase then together.amount - together.shipping_fee - together.refunded
            else 0
        end as revenue,
        '{{ var("currency") }}' as currency,
        coalesce(item_counts.item_count, 0)::integer as item_count,
        case
            when together.is_purchase and together.customer_id is not null then
                row_number() over (
                    partition by together.customer_id, together.is_purchase
                    order by together.ordered_at, order_id
                )
        end::integer as purchase_number
    {% if is_incremental() -%}
    from named
    left join together using (order_id)
    {%- else -%}
    from together
    {%- endif %}
    left join item_counts using (order_id)

),

{%- set said = told + ['is_late', 'revenue', 'currency', 'item_count', 'purchase_number'] %}
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'order_id', 'named') }}

),
{%- endif %}

final as (

    select
        numbered.order_id,
        {%- for column in said %}
        numbered.{{ column }},
        {%- endfor %}
        {{ batch_above(*inputs.values()) }} as batch,
        {{ seen_batches(inputs, orders_reference()) }}
    from numbered
    {%- if is_incremental() %}
    left join known on numbered.order_id = known.order_id
    where {{ is_written_otherwise('numbered', 'known', said) }}
    {%- endif %}

)

select * from final
