select
    (occurred_at at time zone 'Asia/Ho_Chi_Minh')::date as day,
    channel,
    kind,
    count(*) as event_count,
    count(distinct customer_id) as customer_count
from {{ ref('events') }}
group by 1, 2, 3
