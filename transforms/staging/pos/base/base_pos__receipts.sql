{{ grows_by_delivery(looked_up_by='receipt_id') }}

with {{ delivered_since(source('pos', 'receipts'), "coalesce(btrim(receipt_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(receipt_id), '') as receipt_id,
        nullif(btrim(store_id), '') as store_id,
        {{ clean_value('cashier') }} as cashier,
        nullif(btrim(member_no), '') as member_no,
        {{ phone_e164('customer_phone') }} as phone,
        {{ clean_value('customer_name') }} as customer_name,
        {{ search_key('customer_name') }} as name_key,
        {{ safe_timestamp('sold_at') }} as sold_at,
        nullif(lower(btrim(kind)), '') as kind,
        nullif(btrim(refund_of), '') as refund_of,
        nullif(lower(btrim(payment_method)), '') as payment_method,
        {{ money_amount('total') }} as total,
        coalesce(btrim(receipt_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when receipt_id is null then 'no receipt_id'
            when store_id is null then 'no store'
            when kind is null or kind not in ('sale', 'refund') then 'unknown kind'
            when total is null then 'unreadable total'
            when kind = 'sale' and total < 0 then 'negative sale'
            when sold_at is null then 'unreadable sold_at'
            when sold_at < timestamptz '2000-01-01' then 'sold_at before 2000'
            when sold_at > loaded_at + interval '1 day' then 'sold_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by receipt_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

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
        delivery_key,
        {{ next_batch(newest_arrival(source('pos', 'receipts'))) }} as batch,
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
