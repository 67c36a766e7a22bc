{#- And whom a datum would lift is at most everybody at the level. -#}
select lifts.understanding_lift_id
from {{ ref('understanding_lifts') }} as lifts
inner join {{ ref('understanding') }} as levels on lifts.level = levels.level
where lifts.level_count < 1
    or lifts.customer_count > levels.customer_count
