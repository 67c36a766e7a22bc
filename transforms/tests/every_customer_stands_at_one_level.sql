select understanding.customer_count, customers.customer_count
from (
    select sum(customer_count) as customer_count
    from {{ ref('understanding') }}
) as understanding
cross join (
    select count(*) as customer_count
    from {{ ref('customers') }}
) as customers
where coalesce(understanding.customer_count, 0) <> customers.customer_count
