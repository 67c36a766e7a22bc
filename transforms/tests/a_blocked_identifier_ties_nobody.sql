select claims.record_key
from {{ ref('identity_claims') }} as claims
inner join {{ ref('identifiers') }} as identifiers
    on claims.identifier_id = identifiers.identifier_id
where identifiers.blocked_because is not null
    and claims.refused_because is null
