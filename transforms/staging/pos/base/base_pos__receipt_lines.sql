{{ grows_by_delivery(looked_up_by='receipt_id') }}

with {{ delivered_since(source('pos', 'receipt_lines'), "coalesce(btrim(receipt_id) || ':' || line_no, '')") }},

parsed as materialized (

    select
        btrim(receipt_id) || ':' || line_no as receipt_line_key,
        nullif(btrim(receipt_id), '') as receipt_id,
        {{ counted('line_no') }} as line_no,
        nullif(btrim(sku), '') as sku,
        {{ counted('quantity') }} as quantity,
        {{ finite('amount') }} as amount,
        coalesce(btrim(receipt_id) || ':' || line_no, '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when receipt_line_key is null then 'no key'
            when sku is null then 'no sku'
            when quantity is null or quantity = 0 then 'no quantity'
            when amount is null then 'no amount'
            when receipt_id is null then 'no receipt_id'
            when line_no is null then 'no line_no'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by receipt_line_key, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        receipt_line_key,
        receipt_id,
        line_no,
        sku,
        quantity,
        amount,
        delivery_key,
        {{ next_batch(newest_arrival(source('pos', 'receipt_lines'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
