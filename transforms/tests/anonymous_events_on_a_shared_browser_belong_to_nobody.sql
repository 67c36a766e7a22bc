{#- An anonymous event on a browser that several people use belongs to nobody, unless somebody signed in. -#}
select events.event_id
from {{ ref('web_events') }} as events
inner join {{ ref('identity_claims') }} as claims
    on claims.identifier_type = 'cookie'
    and claims.identifier_value = events.anonymous_id
    and claims.person_label is not null
    and claims.identity_id like '%#%'
where events.account_id is null
    and events.customer_id is not null
