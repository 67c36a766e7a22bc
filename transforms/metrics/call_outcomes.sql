{{ config(indexes=[{'columns': ['started_at']}]) }}

with conversations as (

    select * from {{ ref('conversations') }}
    where kind = 'call'

),

final as (

    select
        source_id as call_id,
        customer_id,
        direction,
        queue,
        reason,
        outcome,
        outcome = 'answered' as is_answered,
        is_resolved,
        agent,
        started_at,
        first_reply_seconds as wait_seconds,
        extract(epoch from (ended_at - first_reply_at))::integer as talk_seconds,
        coalesce(
            started_at - lag(started_at) over (
                partition by customer_id
                order by started_at, source_id
            ) <= interval '7 days' and customer_id is not null,
            false
        ) as is_repeat
    from conversations

)

select * from final
