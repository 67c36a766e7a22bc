with daily as (

    select * from {{ ref('journey_funnel_daily') }}

),

stage_names as (

    select * from {{ ref('journey_stage_names') }}

),

stages as (

    select * from {{ ref('journey_stages') }}

),

journeys as (

    select journey_id, outcome, stage from {{ ref('journeys') }}

),

counted as (

    select
        stage,
        stage_position,
        sum(reached_count) as journeys_reached,
        sum(in_order_count) as journeys_entered
    from daily
    group by stage, stage_position

),

stepped as (

    select
        *,
        lag(journeys_reached) over (order by stage_position) as reached_before,
        lag(journeys_entered) over (order by stage_position) as entered_before,
        lead(journeys_entered) over (order by stage_position) as entered_next
    from counted

),

waits as (

    select
        later.stage_position,
        percentile_cont(array[0.25, 0.5, 0.75]) within group (
            order by extract(epoch from (later.in_order_at - earlier.in_order_at)) / 3600
        ) as hours
    from stages as later
    inner join stages as earlier
        on later.journey_id = earlier.journey_id
        and later.stage_position = earlier.stage_position + 1
    where later.in_order_at is not null
        and earlier.in_order_at is not null
    group by later.stage_position

),

losses as (

    select stage, count(*) as lost_count
    from journeys
    where outcome = 'lost'
    group by stage

),

final as (

    select
        stage_names.stage,
        stage_names.name_vi as stage_vi,
        stage_names.name_en as stage_en,
        stage_names.stage_order as stage_position,
        coalesce(stepped.journeys_entered, 0)::integer as journeys_entered,
        round(100.0 * stepped.journeys_entered / nullif(stepped.entered_before, 0), 4) as conversion,
        (100 * {{ wilson_lower('stepped.journeys_entered', 'stepped.entered_before') }})::numeric(8, 4)
            as conversion_lower,
        (100 * {{ wilson_upper('stepped.journeys_entered', 'stepped.entered_before') }})::numeric(8, 4)
            as conversion_upper,
        coalesce(stepped.journeys_reached, 0)::integer as journeys_reached,
        round(100.0 * stepped.journeys_reached / nullif(stepped.reached_before, 0), 4) as any_order_conversion,
        (stepped.journeys_entered - stepped.entered_next)::integer as drop_off_count,
        round(
            100.0 * (stepped.journeys_entered - stepped.entered_next) / nullif(stepped.journeys_entered, 0), 4
        ) as drop_off,
        coalesce(losses.lost_count, 0)::integer as lost_count,
        round(waits.hours[2]::numeric, 2) as median_hours,
        round(waits.hours[1]::numeric, 2) as first_quartile_hours,
        round(waits.hours[3]::numeric, 2) as third_quartile_hours
    from stage_names
    left join stepped on stage_names.stage = stepped.stage
    left join waits on stage_names.stage_order = waits.stage_position
    left join losses on stage_names.stage = losses.stage

)

select * from final
