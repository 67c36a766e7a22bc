{#- Read from the statements themselves, not through the model's own joins: a marketing action needs a last word that grants
    marketing by its channel or by every channel, and none that refuses the channel. -#}
select actions.customer_id, actions.action, actions.channel
from {{ ref('next_best_actions') }} as actions
inner join {{ ref('consent_purposes') }} as purposes on actions.purpose = purposes.purpose
where (
    purposes.needs_consent
    and not exists (
        select 1
        from {{ ref('permissions') }} as permissions
        where permissions.customer_id = actions.customer_id
            and permissions.purpose = actions.purpose
            and permissions.contact_channel in ('any', actions.channel)
    )
)
or exists (
    select 1
    from {{ ref('consents') }} as refusals
    where refusals.customer_id = actions.customer_id
        and refusals.purpose = actions.purpose
        and refusals.contact_channel = actions.channel
        and refusals.valid_to is null
        and not refusals.is_granted
)
