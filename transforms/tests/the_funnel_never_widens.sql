select later.stage
from {{ ref('journey_funnel') }} as later
inner join {{ ref('journey_funnel') }} as earlier
    on later.stage_position = earlier.stage_position + 1
where later.journeys_reached > earlier.journeys_reached
    or later.journeys_entered > earlier.journeys_entered
    or later.journeys_entered > later.journeys_reached
