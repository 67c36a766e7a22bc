{{ grows_by_delivery() }}

with {{ delivered_since(source('web', 'events'), "coalesce(btrim(event_id), '')") }},

{#- Millions of rows are sorted here: they are neither written down before (`offset 0` also keeps an expression from being
    computed wherever it is read), nor do those that are good carry their raw row, and ids are compared as bytes. -#}
parsed as (

    select
        nullif(btrim(event_id), '') as event_id,
        nullif(btrim(anonymous_id), '') as anonymous_id,
        nullif(btrim(customer_id), '') as account_id,
        nullif(lower(btrim(event_name)), '') as event_name,
        {{ moment('occurred_at') }} as occurred_at,
        nullif(btrim(page), '') as page,
        nullif(btrim(product_id), '') as product_id,
        nullif(btrim(order_id), '') as order_id,
        {{ email_key('email') }} as email,
        nullif(btrim(referrer), '') as referrer,
        nullif(lower(btrim(utm_source)), '') as utm_source,
        nullif(lower(btrim(utm_medium)), '') as utm_medium,
        nullif(btrim(utm_campaign), '') as utm_campaign,
        nullif(lower(btrim(device)), '') as device,
        {{ counted('engaged_seconds') }} as engaged_seconds,
        nullif(btrim(detail), '') as detail,
        coalesce(btrim(event_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered
    offset 0

),

judged as (

    select
        parsed.*,
        case
            when event_id is null then 'no event_id'
            when anonymous_id is null then 'no anonymous_id'
            when event_name is null then 'no event_name'
            when occurred_at is null then 'no occurred_at'
            when occurred_at < timestamptz '2000-01-01' then 'occurred_at before 2000'
            when occurred_at > loaded_at + interval '1 day' then 'occurred_at in the future'
            when device = 'bot' then 'a bot'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

settled as (

    select
        judged.*,
        case when fault is not null then to_jsonb(raw_row) end as rejected_row
    from judged
    offset 0

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id collate "C", fault is null
            order by loaded_at
        ) as delivery_rank
    from settled

),

final as (

    select
        event_id,
        anonymous_id,
        account_id,
        event_name,
        occurred_at,
        page,
        product_id,
        order_id,
        email,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        device,
        engaged_seconds,
        detail,
        delivery_key,
        {{ next_batch(newest_arrival(source('web', 'events'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        rejected_row as raw_row
    from ranked

)

select * from final
