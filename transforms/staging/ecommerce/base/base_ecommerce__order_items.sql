{{ grows_by_delivery(looked_up_by='order_key') }}

with {{ delivered_since(source('ecommerce', 'order_items'), "coalesce(lower(btrim(channel)) || ':' || btrim(order_id) || ':' || line_no, '')") }},

parsed as materialized (

    select
        lower(btrim(channel)) || ':' || btrim(order_id) || ':' || line_no as order_item_key,
        lower(btrim(channel)) || ':' || btrim(order_id) as order_key,
        nullif(lower(btrim(channel)), '') as channel,
        {{ counted('line_no') }} as line_no,
        nullif(btrim(product_id), '') as product_id,
        {{ counted('quantity') }} as quantity,
        {{ finite('unit_price') }} as unit_price,
        coalesce(lower(btrim(channel)) || ':' || btrim(order_id) || ':' || line_no, '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when order_item_key is null then 'no key'
            when product_id is null then 'no product'
            when quantity is null or quantity <= 0 then 'quantity is not positive'
            when unit_price is null or unit_price < 0 then 'no price'
            when order_key is null then 'no order_key'
            when channel is null then 'no channel'
            when line_no is null then 'no line_no'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_item_key, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        order_item_key,
        order_key,
        channel,
        line_no,
        product_id,
        quantity,
        unit_price,
        delivery_key,
        {{ next_batch(newest_arrival(source('ecommerce', 'order_items'))) }} as batch,
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
