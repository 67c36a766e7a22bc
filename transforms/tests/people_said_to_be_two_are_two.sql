select a.identity_id
from {{ ref('identity_splits') }} as splits
inner join {{ ref('identities') }} as a on splits.identity_a = a.identity_id
inner join {{ ref('identities') }} as b on splits.identity_b = b.identity_id
where a.customer_id = b.customer_id
