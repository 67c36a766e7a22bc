select members.customer_id
from {{ ref('segment_win_back') }} as members
left join {{ ref('consents') }} as consents
    on members.customer_id = consents.customer_id
    and consents.purpose = 'marketing'
    and consents.superseded_at is null
    and consents.is_granted
where consents.consent_id is null
