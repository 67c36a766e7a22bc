{{ grows_by_delivery() }}

with {{ delivered_since(source('ecommerce', 'carts'), "coalesce(btrim(cart_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(cart_id), '') as cart_id,
        nullif(btrim(customer_id), '') as account_id,
        nullif(btrim(anonymous_id), '') as anonymous_id,
        {{ moment('created_at') }} as created_at,
        coalesce({{ moment('last_event_at') }}, {{ moment('created_at') }}) as last_event_at,
        {{ one_of('last_step', ['cart', 'shipping', 'payment', 'done']) }} as last_step,
        {{ counted('item_count') }} as item_count,
        {{ finite('value') }} as value,
        nullif(lower(btrim(exit_reason)), '') as exit_reason,
        nullif(btrim(order_id), '') as order_id,
        coalesce(btrim(cart_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when cart_id is null then 'no cart_id'
            when created_at is null then 'no created_at'
            when created_at < timestamptz '2000-01-01' then 'created_at before 2000'
            when created_at > loaded_at + interval '1 day' then 'created_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by cart_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        cart_id,
        account_id,
        anonymous_id,
        created_at,
        last_event_at,
        last_step,
        item_count,
        value,
        exit_reason,
        order_id,
        delivery_key,
        {{ next_batch(newest_arrival(source('ecommerce', 'carts'))) }} as batch,
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
