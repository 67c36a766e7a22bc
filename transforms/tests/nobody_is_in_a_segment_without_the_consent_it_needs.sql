{#- Asked of the history itself, not of `permissions`, by which members were let in. -#}
select members.segment_id, members.customer_id
from {{ ref('segment_members') }} as members
inner join {{ ref('segments') }} as segments on members.segment_id = segments.segment_id
inner join {{ ref('consent_purposes') }} as purposes on segments.purpose = purposes.purpose
where members.left_at is null
    and purposes.needs_consent
    and not exists (
        select 1
        from {{ ref('consents') }} as consents
        where consents.customer_id = members.customer_id
            and consents.purpose = segments.purpose
            and consents.contact_channel = segments.contact_channel
            and consents.is_granted
            and consents.valid_to is null
    )
