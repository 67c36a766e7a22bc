select
    customer_id,
    ntile(5) over (order by last_seen_at, customer_id) as recency,
    ntile(5) over (order by purchase_count, customer_id) as frequency,
    ntile(5) over (order by revenue, customer_id) as monetary
from {{ ref('customer_totals') }}
