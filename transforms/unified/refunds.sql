{#- A refund may arrive before its receipt, or without it; it then waits here, unmatched, and lowers no revenue. -#}
with refunds as (

    select * from {{ ref('stg_pos__receipts') }}
    where kind = 'refund'

),

sales as (

    select * from {{ ref('stg_pos__receipts') }}
    where kind = 'sale'

),

final as (

    select
        refunds.receipt_id as refund_id,
        'pos:' || sales.receipt_id as order_id,
        sales.receipt_id is not null as is_matched,
        refunds.store_id,
        abs(refunds.total) as amount,
        refunds.sold_at as refunded_at
    from refunds
    left join sales on refunds.refund_of = sales.receipt_id

)

select * from final
