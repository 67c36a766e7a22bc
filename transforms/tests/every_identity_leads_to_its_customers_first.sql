{#- The tree of evidence reaches every identity of a customer from exactly one root. -#}
select customer_id, count(*) as root_count
from {{ ref('identities') }}
where tied_to is null
group by customer_id
having count(*) > 1
union all
select identities.customer_id, 0
from {{ ref('identities') }} as identities
inner join {{ ref('identities') }} as parents on identities.tied_to = parents.identity_id
where identities.customer_id <> parents.customer_id
    or identities.distance <> parents.distance + 1
    or (identities.tied_by_record is null and identities.tied_by_probability is null)
