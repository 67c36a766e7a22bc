select order_id
from {{ ref('orders') }}
where (not is_purchase and revenue <> 0)
    or (status in ('cancelled', 'returned', 'cod_refused') and is_purchase)
    or revenue < 0
