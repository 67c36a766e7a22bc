select components.component, count(distinct identities.customer_id) as customer_count
from {{ ref('identity_components') }} as components
inner join {{ ref('identities') }} as identities
    on components.identity_id = identities.identity_id
group by components.component
having count(distinct identities.customer_id) > 1
union all
select identities.customer_id, count(distinct components.component)
from {{ ref('identity_components') }} as components
inner join {{ ref('identities') }} as identities
    on components.identity_id = identities.identity_id
group by identities.customer_id
having count(distinct components.component) > 1
