select customer_id
from {{ ref('orders') }}
where purchase_number is not null
group by customer_id
having max(purchase_number) <> count(*)
    or count(distinct purchase_number) <> count(*)
