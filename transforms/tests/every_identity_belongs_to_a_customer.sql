select identities.identity_id
from {{ ref('identities') }} as identities
left join {{ ref('customers') }} as customers
    on identities.customer_id = customers.customer_id
where customers.customer_id is null
