{{ config(indexes=[{'columns': ['started_on', 'stage_position']}]) }}

{#- Per day a journey began, its first channel and stage: how many journeys came so far, in any order and strictly in
    order. Sums of it are the funnel of any period. -#}
with journeys as (

    select * from {{ ref('journeys') }}

),

stage_names as (

    select * from {{ ref('journey_stage_names') }}

),

final as (

    select
        (journeys.started_at at time zone '{{ var("timezone") }}')::date as started_on,
        journeys.first_channel,
        stage_names.stage,
        stage_names.stage_order as stage_position,
        count(*)::integer as started_count,
        (count(*) filter (where journeys.stage_position >= stage_names.stage_order))::integer as reached_count,
        (count(*) filter (where journeys.in_order_position >= stage_names.stage_order))::integer
            as in_order_count
    from journeys
    cross join stage_names
    group by 1, 2, 3, 4

)

select * from final
