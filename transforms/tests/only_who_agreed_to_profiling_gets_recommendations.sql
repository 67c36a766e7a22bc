select recommendations.customer_id
from {{ ref('recommendations') }} as recommendations
where not exists (
    select 1
    from {{ ref('permissions') }} as permissions
    where permissions.customer_id = recommendations.customer_id
        and permissions.purpose = 'profiling'
)
