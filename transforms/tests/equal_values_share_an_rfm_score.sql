{#- What ntile would break: ties stay in one bin. -#}
select 'recency' as dimension, recency_days::numeric as value
from {{ ref('rfm') }}
group by recency_days
having count(distinct recency_score) > 1
union all
select 'frequency', order_count
from {{ ref('rfm') }}
group by order_count
having count(distinct frequency_score) > 1
union all
select 'monetary', revenue
from {{ ref('rfm') }}
group by revenue
having count(distinct monetary_score) > 1
