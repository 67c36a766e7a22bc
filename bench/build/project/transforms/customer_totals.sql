select
    customer_id,
    count(*) filter (where kind = 'purchase') as purchase_count,
    sum(amount) filter (where kind = 'purchase') as revenue,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at
from {{ ref('sessions') }}
group by customer_id
