select customer_score_id
from {{ ref('customer_scores') }}
where (score like 'rfm\_%' and value not between 1 and 5)
    or (score = 'nps' and value not between 0 and 10)
    or (score = 'csat' and value not between 1 and 5)
    or (score = 'ces' and value not between 1 and 7)
    or (score = 'churn_risk' and value not between 0 and 1)
    or (score = 'sentiment' and value not between -1 and 1)
    or (score = 'understanding' and value not between 1 and 4)
    or (score = 'churn_probability' and value not between 0 and 1)
    or (score in ('expected_orders_90d', 'clv_12m') and value < 0)
