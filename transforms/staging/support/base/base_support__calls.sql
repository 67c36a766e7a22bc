{{ grows_by_delivery(looked_up_by='call_id') }}

with {{ delivered_since(source('support', 'calls'), "coalesce(btrim(call_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(call_id), '') as call_id,
        nullif(lower(btrim(direction)), '') as direction,
        {{ phone_e164('phone') }} as phone,
        nullif(lower(btrim(queue)), '') as queue,
        nullif(lower(btrim(reason)), '') as reason,
        nullif(lower(btrim(outcome)), '') as outcome,
        is_resolved,
        {{ clean_value('agent') }} as agent,
        {{ moment('started_at') }} as started_at,
        {{ soon_after('answered_at', 'started_at') }} as answered_at,
        {{ soon_after('ended_at', 'started_at') }} as ended_at,
        nullif(btrim(ticket_id), '') as ticket_id,
        coalesce(btrim(call_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when call_id is null then 'no call_id'
            when direction is null or direction not in ('inbound', 'outbound') then 'unknown direction'
            when outcome is null or outcome not in ('answered', 'abandoned', 'busy', 'missed') then 'unknown outcome'
            when started_at is null then 'no started_at'
            when started_at < timestamptz '2000-01-01' then 'started_at before 2000'
            when started_at > loaded_at + interval '1 day' then 'started_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by call_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        call_id,
        direction,
        phone,
        queue,
        reason,
        outcome,
        is_resolved,
        agent,
        started_at,
        answered_at,
        ended_at,
        ticket_id,
        delivery_key,
        {{ next_batch(newest_arrival(source('support', 'calls'))) }} as batch,
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
