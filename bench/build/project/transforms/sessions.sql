with gaps as (
    select
        *,
        occurred_at - lag(occurred_at) over (partition by customer_id order by occurred_at, event_id) as gap
    from {{ ref('events') }}
)

select
    *,
    count(*) filter (where gap is null or gap > interval '30 minutes')
        over (partition by customer_id order by occurred_at, event_id) as session_no
from gaps
