{{ config(indexes=[{'columns': ['order_id']}, {'columns': ['product_id']}]) }}

with site_items as (

    select * from {{ ref('stg_ecommerce__order_items') }}

),

receipt_lines as (

    select * from {{ ref('stg_pos__receipt_lines') }}
    where quantity > 0

),

products as (

    select * from {{ ref('products') }}

),

final as (

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

)

select * from final
