{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['journey_id', 'stage_position'],
    gone_when='stage is null',
    indexes=[
        {'columns': ['journey_id', 'stage_position']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{#- The stages a journey shows. `entered_at` is the first touchpoint of the stage, wherever it came; `in_order_at` the
    first after the stage before was entered in order, null when an earlier stage was left out.

    What came after all that a journey held is added to what is known of it. Of customers of whom something came in between,
    went, or is told otherwise, all touchpoints are counted anew. -#}
{%- set stages = [
    'awareness', 'consideration', 'evaluation', 'choice', 'purchase', 'use', 'advocacy'
] -%}
{%- set compared = [
    'customer_id', 'journey_number', 'stage', 'entered_at', 'last_at', 'in_order_at', 'touchpoint_count',
    'first_channel', 'last_channel', 'channels'
] -%}

with seen as (

    select {{ last_batch(ref('journey_touchpoints')) }} as batch

),

{% if is_incremental() %}

fresh as materialized (

    select *
    from {{ ref('journey_touchpoints') }}
    where {{ above(last_read('seen_batch')) }}

),

held_of_fresh as materialized (

    {{ rows_of(this, 'journey_id', 'fresh') }}

),

again as materialized (

    select unnest(lost_by) as customer_id from fresh
    union
    select came.customer_id
    from (
        select journey_id, customer_id, min(occurred_at) as came_at
        from fresh
        group by journey_id, customer_id
    ) as came
    inner join held_of_fresh on came.journey_id = held_of_fresh.journey_id
    where came.came_at <= held_of_fresh.last_at
    union
    select customer_id
    from {{ this }}
    where {{ is_built_since(ref('journey_touchpoints'), last_read('seen_batch')) }}

),

known as materialized (

    select * from held_of_fresh
    where customer_id not in (select again.customer_id from again)

),

held as materialized (

    select * from known
    union all
    (
        {{ rows_of(this, 'customer_id', 'again') }}
    )

),

{% endif %}

touchpoints as (

    {% if is_incremental() -%}
    select * from fresh
    where customer_id not in (select again.customer_id from again)
    union all
    (
        {{ rows_of(ref('journey_touchpoints'), 'customer_id', 'again') }}
    )
    {%- else -%}
    select * from {{ ref('journey_touchpoints') }}
    {%- endif %}

),

{#- Sorted by numbers: a journey's id is a text. -#}
gathered as (

    select
        customer_id,
        journey_number,
        stage,
        stage_position,
        array_agg(occurred_at order by occurred_at, touchpoint_id) as moments,
        array_agg(channel order by occurred_at, touchpoint_id) as channel_list,
        array_agg(distinct channel) as channels
    from touchpoints
    group by customer_id, journey_number, stage, stage_position

),

told as {{ "materialized " if is_incremental() }}(

    select
        customer_id,
        journey_number,
        stage,
        stage_position,
        {% if is_incremental() -%}
        coalesce(known.entered_at, gathered.moments[1]) as entered_at,
        coalesce(gathered.moments[cardinality(gathered.moments)], known.last_at) as last_at,
        coalesce(known.touchpoint_count, 0) + coalesce(cardinality(gathered.moments), 0) as touchpoint_count,
        coalesce(known.first_channel, gathered.channel_list[1]) as first_channel,
        coalesce(gathered.channel_list[cardinality(gathered.channel_list)], known.last_channel) as last_channel,
        case
            when gathered.channels is null or gathered.channels <@ known.channels then known.channels
            when known.channels is null then gathered.channels
            else array(
                select unnest(known.channels) as channel
                union
                select unnest(gathered.channels)
                order by channel
            )
        end as channels,
        {#- Of what is known no other moments can be the first after the stage before. #}
        array_remove(array[known.entered_at, known.in_order_at], null) || gathered.moments as moments
    from known
    full join gathered using (customer_id, journey_number, stage, stage_position)
        {%- else -%}
        moments[1] as entered_at,
        moments[cardinality(moments)] as last_at,
        cardinality(moments) as touchpoint_count,
        channel_list[1] as first_channel,
        channel_list[cardinality(channel_list)] as last_channel,
        channels,
        moments
    from gathered
        {%- endif %}

),

by_journey as (

    select
        customer_id,
        journey_number,
        {%- for stage in stages %}
        max(moments) filter (where stage_position = {{ loop.index }}) as moments_{{ loop.index }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from told
    group by customer_id, journey_number

),

{#- Stage by stage, the first touchpoint at or after the one before: nearly always the first of all. -#}
walked as (

    select
        customer_id,
        journey_number,
        array[
            {%- for stage in stages %}
            at_{{ loop.index }}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ] as in_order
    from by_journey
    cross join lateral (select moments_1[1] as at_1 offset 0) as stage_1
    {%- for stage in stages[1:] %}
    {%- set moments = 'moments_' ~ (loop.index + 1) %}
    {%- set before = 'at_' ~ loop.index %}
    cross join lateral (
        select case
            when {{ moments }}[1] >= {{ before }} then {{ moments }}[1]
            when {{ moments }}[cardinality({{ moments }})] >= {{ before }} then (
                select min(later.at) from unnest({{ moments }}) as later (at) where later.at >= {{ before }}
            )
        end as at_{{ loop.index + 1 }}
        offset 0
    ) as stage_{{ loop.index + 1 }}
    {%- endfor %}

),

staged as (

    select
        customer_id || ':' || journey_number || ':' || stage as journey_stage_id,
        customer_id || ':' || journey_number as journey_id,
        customer_id,
        journey_number,
        stage,
        stage_position,
        entered_at,
        last_at,
        walked.in_order[stage_position] as in_order_at,
        touchpoint_count,
        first_channel,
        last_channel,
        channels
    from told
    inner join walked using (customer_id, journey_number)

),

written as (

    {% if is_incremental() -%}
    select staged.*
    from staged
    left join held
        on staged.journey_id = held.journey_id
        and staged.stage_position = held.stage_position
    where held.journey_id is null
        or {{ any_differs('staged', 'held', compared) }}
    union all
    {#- A stage that there is no more is named by a row that is never stored. #}
    select null, journey_id, null, null, null, stage_position, null, null, null, null, null, null, null
    from held
    where (journey_id, stage_position) not in (
        select staged.journey_id, staged.stage_position from staged
    )
    {%- else -%}
    select * from staged
    {%- endif %}

),

final as (

    select
        written.*,
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    from written
    cross join seen

)

select * from final
