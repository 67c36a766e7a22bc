{#- Every inbound conversation is one touchpoint of the same customer and channel at the same moment. -#}
select conversations.conversation_id
from {{ ref('conversations') }} as conversations
left join {{ ref('touchpoints') }} as touchpoints
    on conversations.conversation_id = touchpoints.touchpoint_id
where conversations.direction = 'inbound'
    and (
        touchpoints.touchpoint_id is null
        or touchpoints.customer_id is distinct from conversations.customer_id
        or touchpoints.channel <> conversations.channel
        or touchpoints.occurred_at <> conversations.started_at
    )
