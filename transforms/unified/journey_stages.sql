{{ config(indexes=[{'columns': ['journey_id', 'stage_position']}, {'columns': ['customer_id']}]) }}

{#- The stages a journey shows. `entered_at` is the first touchpoint of the stage, wherever it came; `in_order_at` the
    first after the stage before was entered in order, null when an earlier stage was left out. -#}
{%- set stages = [
    'awareness', 'consideration', 'evaluation', 'choice', 'purchase', 'use', 'advocacy'
] -%}

with touchpoints as (

    select * from {{ ref('journey_touchpoints') }}

),

entered as (

    select
        journey_id,
        customer_id,
        stage,
        stage_position,
        min(occurred_at) as entered_at,
        count(*) as touchpoint_count
    from touchpoints
    group by journey_id, customer_id, stage, stage_position

),

in_order_1 as (

    select journey_id, entered_at as in_order_at
    from entered
    where stage_position = 1

),

{%- for stage in stages[1:] %}
{%- set position = loop.index + 1 %}

in_order_{{ position }} as (

    select
        touchpoints.journey_id,
        min(touchpoints.occurred_at) as in_order_at
    from touchpoints
    inner join in_order_{{ position - 1 }} as before
        on touchpoints.journey_id = before.journey_id
        and touchpoints.occurred_at >= before.in_order_at
    where touchpoints.stage_position = {{ position }}
    group by touchpoints.journey_id

),
{%- endfor %}

in_order as (

    {%- for stage in stages %}
    select journey_id, {{ loop.index }} as stage_position, in_order_at from in_order_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        entered.journey_id || ':' || entered.stage as journey_stage_id,
        entered.journey_id,
        entered.customer_id,
        entered.stage,
        entered.stage_position,
        entered.entered_at,
        in_order.in_order_at,
        entered.touchpoint_count::integer as touchpoint_count
    from entered
    left join in_order
        on entered.journey_id = in_order.journey_id
        and entered.stage_position = in_order.stage_position

)

select * from final
