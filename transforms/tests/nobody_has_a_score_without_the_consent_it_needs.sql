select scores.customer_id, scores.score
from {{ ref('customer_scores') }} as scores
inner join {{ ref('consent_purposes') }} as purposes on scores.purpose = purposes.purpose
where purposes.needs_consent
    and not exists (
        select 1
        from {{ ref('consents') }} as consents
        where consents.customer_id = scores.customer_id
            and consents.purpose = scores.purpose
            and consents.contact_channel = 'any'
            and consents.is_granted
            and consents.valid_to is null
    )
