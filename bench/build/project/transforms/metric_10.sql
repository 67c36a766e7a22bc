select
    channel,
    kind,
    sum(event_count) as event_count,
    sum(customer_count) * 10 as weight
from {{ ref('events_daily') }}
group by channel, kind
