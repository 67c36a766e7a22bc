{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='order_id',
    gone_when='order_item_id is null',
    indexes=[{'columns': ['order_id']}, {'columns': ['product_id']}, {'columns': ['batch']}]
) }}

{%- set inputs = {
    'site_items': ref('base_ecommerce__order_items'),
    'receipt_lines': ref('base_pos__receipt_lines')
} -%}
{%- set products = ref('products') -%}
{%- set products_digest = digest_of(products, ['sku', 'product_id']) -%}

{#- What an order holds is written anew when a line of it was delivered. The base models are read for that, since a line
    that is set aside now may have counted before. -#}
with
{%- if is_incremental() %}

{{ looked() }},

touched as materialized (

    select order_key as order_id from {{ inputs.site_items }}
    where {{ above_seen('site_items') }}
        and order_key is not null
    union
    select 'pos:' || receipt_id from {{ inputs.receipt_lines }}
    where {{ above_seen('receipt_lines') }}
        and receipt_id is not null
    union
    select order_id from {{ this }}
    where {{ reference_differs(products_digest) }}

),

touched_receipts as (

    select substr(order_id, 5) as receipt_id
    from touched
    where order_id like 'pos:%'

),
{%- endif %}

site_items as (

    {{ named_rows(ref('stg_ecommerce__order_items'), 'order_key', 'touched', 'order_id') }}

),

receipt_lines as (

    select *
    from (
        {{ named_rows(ref('stg_pos__receipt_lines'), 'receipt_id', 'touched_receipts', 'receipt_id') }}
    ) as receipt_lines
    where quantity > 0

),

products as (

    select * from {{ products }}

),

items as (

    select
        site_items.order_item_key as order_item_id,
        site_items.order_key as order_id,
        site_items.line_no,
        site_items.product_id,
        site_items.quantity,
        site_items.unit_price,
        site_items.quantity * site_items.unit_price as amount
    from site_items
    union all
    select
        'pos:' || receipt_lines.receipt_line_key,
        'pos:' || receipt_lines.receipt_id,
        receipt_lines.line_no,
        products.product_id,
        receipt_lines.quantity,
        receipt_lines.amount / receipt_lines.quantity,
        receipt_lines.amount
    from receipt_lines
    left join products on receipt_lines.sku = products.sku

),

final as (

    select
        items.order_item_id,
        order_id,
        items.line_no,
        items.product_id,
        items.quantity,
        items.unit_price,
        items.amount,
        {{ batch_above(*inputs.values()) }} as batch,
        {{ seen_batches(inputs, products_digest) }}
    {% if is_incremental() -%}
    from touched
    left join items using (order_id)
    {%- else -%}
    from items
    {%- endif %}

)

select * from final
