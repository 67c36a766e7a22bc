{{ config(indexes=[{'columns': ['started_at']}]) }}

with calls as (

    select * from {{ ref('stg_support__calls') }}

),

people as (

    select record_id, customer_id
    from {{ ref('record_identities') }}
    where record_type = 'call'

),

final as (

    select
        calls.call_id,
        people.customer_id,
        calls.direction,
        calls.queue,
        coalesce(calls.reason, 'other') as reason,
        calls.outcome,
        calls.outcome = 'answered' as is_answered,
        calls.is_resolved,
        calls.agent,
        calls.started_at,
        extract(epoch from (calls.answered_at - calls.started_at))::integer as wait_seconds,
        extract(epoch from (calls.ended_at - calls.answered_at))::integer as talk_seconds,
        coalesce(
            calls.started_at - lag(calls.started_at) over (
                partition by people.customer_id
                order by calls.started_at, calls.call_id
            ) <= interval '7 days' and people.customer_id is not null,
            false
        ) as is_repeat
    from calls
    left join people on calls.call_id = people.record_id

)

select * from final
