{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_pos__receipt_lines') }}
    where rejected_because is null

),

final as (

    select
        receipt_line_key,
        receipt_id,
        line_no,
        sku,
        quantity,
        amount,
        loaded_at,
        batch
    from delivered

)

select * from final
