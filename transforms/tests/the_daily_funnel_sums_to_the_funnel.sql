select funnel.stage
from {{ ref('journey_funnel') }} as funnel
inner join (
    select
        stage,
        sum(in_order_count) as in_order_count,
        sum(reached_count) as reached_count
    from {{ ref('journey_funnel_daily') }}
    group by stage
) as daily
    on funnel.stage = daily.stage
where funnel.journeys_entered <> daily.in_order_count
    or funnel.journeys_reached <> daily.reached_count
