select segment_id, customer_id
from {{ ref('segment_members') }}
where left_at is null
group by segment_id, customer_id
having count(*) > 1
