select orders.revenue, customers.revenue
from (
    select sum(revenue) as revenue
    from {{ ref('orders') }}
    where customer_id is not null
) as orders
cross join (
    select sum(revenue) as revenue
    from {{ ref('customers') }}
) as customers
where coalesce(orders.revenue, 0) <> coalesce(customers.revenue, 0)
