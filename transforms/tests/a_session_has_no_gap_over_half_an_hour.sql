select event_id
from (
    select
        event_id,
        occurred_at - lag(occurred_at) over (
            partition by session_id
            order by occurred_at, event_id
        ) as gap
    from {{ ref('web_events') }}
) as events
where gap > interval '30 minutes'
