{{ grows_by_delivery(looked_up_by='ticket_id') }}

with {{ delivered_since(source('support', 'ticket_events'), "coalesce(btrim(event_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(event_id), '') as event_id,
        nullif(btrim(ticket_id), '') as ticket_id,
        nullif(lower(btrim(event_type)), '') as event_type,
        nullif(lower(btrim(actor)), '') as actor,
        {{ moment('occurred_at') }} as occurred_at,
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
            when ticket_id is null then 'no ticket'
            when event_type is null or event_type not in ('created', 'auto_reply', 'agent_reply', 'customer_reply', 'solved', 'reopened') then 'unknown event_type'
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
        ticket_id,
        event_type,
        actor,
        occurred_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('support', 'ticket_events'))) }} as batch,
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
