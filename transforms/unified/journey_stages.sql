{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='journey_id',
    gone_when='stage is null',
    indexes=[
        {'columns': ['journey_id', 'stage_position']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{#- The stages a journey shows. `entered_at` is the first touchpoint of the stage, wherever it came; `in_order_at` the
    first after the stage before was entered in order, null when an earlier stage was left out.

    Written anew are the journeys in which a touchpoint is new, told otherwise, or gone. -#}
{%- set stages = [
    'awareness', 'consideration', 'evaluation', 'choice', 'purchase', 'use', 'advocacy'
] -%}

with seen as (

    select {{ last_batch(ref('journey_touchpoints')) }} as batch

),

{% if is_incremental() %}

{{ touched_customers(ref('journey_touchpoints'), last_read('seen_batch')) }},

held as (

    {{ rows_of(this, 'customer_id', 'touched') }}

),

{% endif %}

touchpoints as not materialized (

    select * from {{ ref('journey_touchpoints') }}

),

entered as {{ "materialized " if is_incremental() }}(

    select
        journey_id,
        customer_id,
        stage,
        stage_position,
        min(occurred_at) as entered_at,
        count(*) as touchpoint_count
        {%- if is_incremental() %},
        max(batch) > {{ last_read('seen_batch') }} as is_fresh
        {%- endif %}
    from touchpoints
    {%- if is_incremental() %}
    where customer_id = {{ any_of('touched', 'customer_id') }}
    {%- endif %}
    group by journey_id, customer_id, stage, stage_position

),

journeys as (

    {% if is_incremental() -%}
    select distinct journey_id
    from entered
    full join held using (journey_id, stage_position)
    where entered.is_fresh
        or entered.touchpoint_count is distinct from held.touchpoint_count
    {%- else -%}
    select distinct journey_id from entered
    {%- endif %}

),

{#- Stage by stage, the first touchpoint at or after the one before: a look into the index of journey_touchpoints. -#}
walked as (

    select
        journeys.journey_id,
        {%- for stage in stages %}
        stage_{{ loop.index }}.at as at_{{ loop.index }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from journeys
    {%- for stage in stages %}
    left join lateral (
        select min(touchpoints.occurred_at) as at
        from touchpoints
        where touchpoints.journey_id = journeys.journey_id
            and touchpoints.stage_position = {{ loop.index }}
            {%- if not loop.first %}
            and touchpoints.occurred_at >= stage_{{ loop.index - 1 }}.at
            {%- endif %}
    ) as stage_{{ loop.index }} on true
    {%- endfor %}

),

in_order as (

    select
        walked.journey_id,
        reached.stage_position,
        reached.in_order_at
    from walked
    cross join lateral (
        values
        {%- for stage in stages %}
        ({{ loop.index }}, walked.at_{{ loop.index }})
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ) as reached (stage_position, in_order_at)
    where reached.in_order_at is not null

),

staged as (

    select
        journey_id || ':' || entered.stage as journey_stage_id,
        journey_id,
        entered.customer_id,
        entered.stage,
        stage_position,
        entered.entered_at,
        in_order.in_order_at,
        entered.touchpoint_count::integer as touchpoint_count
    {% if is_incremental() -%}
    {#- A journey that there is no more is named by a row that is never stored. #}
    from journeys
    left join entered using (journey_id)
    {%- else -%}
    from entered
    {%- endif %}
    left join in_order using (journey_id, stage_position)

),

final as (

    select
        staged.*,
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    from staged
    cross join seen

)

select * from final
