{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_pos__receipts') }}
    where rejected_because is null

),

final as (

    select
        receipt_id,
        store_id,
        cashier,
        member_no,
        phone,
        customer_name,
        name_key,
        sold_at,
        kind,
        refund_of,
        payment_method,
        total,
        loaded_at,
        batch
    from delivered

)

select * from final
