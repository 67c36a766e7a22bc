select touchpoints.touchpoint_id
from {{ ref('touchpoints') }} as touchpoints
left join {{ ref('journey_touchpoints') }} as journeys
    on touchpoints.touchpoint_id = journeys.touchpoint_id
where (touchpoints.customer_id is null) <> (journeys.touchpoint_id is null)
