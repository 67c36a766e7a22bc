{{ grows_by_delivery() }}

with {{ delivered_since(source('app', 'events'), "coalesce(btrim(event_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(event_id), '') as event_id,
        nullif(btrim(device_id), '') as device_id,
        nullif(btrim(customer_id), '') as account_id,
        nullif(lower(btrim(event_name)), '') as event_name,
        nullif(btrim(screen), '') as screen,
        nullif(btrim(product_id), '') as product_id,
        {{ moment('occurred_at') }} as occurred_at,
        nullif(lower(btrim(os)), '') as os,
        nullif(btrim(app_version), '') as app_version,
        coalesce(btrim(event_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when event_id is null then 'no event_id'
            when device_id is null then 'no device_id'
            when event_name is null then 'no event_name'
            when occurred_at is null then 'no occurred_at'
            when occurred_at < timestamptz '2000-01-01' then 'occurred_at before 2000'
            when occurred_at > loaded_at + interval '1 day' then 'occurred_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        event_id,
        device_id,
        account_id,
        event_name,
        screen,
        product_id,
        occurred_at,
        os,
        app_version,
        delivery_key,
        {{ next_batch(newest_arrival(source('app', 'events'))) }} as batch,
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
