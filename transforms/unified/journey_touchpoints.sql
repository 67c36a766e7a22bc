{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='customer_id',
    gone_when='touchpoint_id is null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['journey_id', 'stage_position', 'occurred_at']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{#- A customer's touchpoints cut into journeys. A new one begins after a silence (var `journey_gap_days`), or when
    somebody who bought more than `journey_after_purchase_days` ago starts looking again. Those of
    whoever has a touchpoint that was written, had it before, or has none any more are cut anew. -#}
with seen as (

    select {{ last_batch(ref('touchpoints')) }} as batch

),

{% if is_incremental() %}

fresh as (

    select touchpoint_id, customer_id
    from {{ ref('touchpoints') }}
    where batch > coalesce(
        (select here.seen_batch from {{ this }} as here order by here.batch desc limit 1),
        0
    )

),

{{ held_without('touchpoints') }},

touched as (

    select customer_id from fresh
    where customer_id is not null
    union
    select here.customer_id
    from {{ this }} as here
    where here.touchpoint_id = any(array(select fresh.touchpoint_id from fresh))
    union
    select customer_id from emptied

),

{% endif %}

touchpoints as (

    select * from {{ ref('touchpoints') }}
    {% if is_incremental() -%}
    where customer_id = any(array(select touched.customer_id from touched))
    {%- else -%}
    where customer_id is not null
    {%- endif %}

),

sequenced as (

    select
        *,
        lag(occurred_at) over earlier as previous_at,
        max(occurred_at) filter (where stage = 'purchase') over earlier as last_purchase_at
    from touchpoints
    window earlier as (
        partition by customer_id
        order by occurred_at, stage_position, touchpoint_id
        rows between unbounded preceding and current row
    )

),

looking_again as (

    select
        *,
        coalesce(
            phase = 'before'
            and occurred_at > last_purchase_at
                + interval '{{ var("journey_after_purchase_days", 30) }} days',
            false
        ) as is_looking_again
    from sequenced

),

{#- The first look since the newest purchase: as many looks stand before it as stood before that purchase. Counted along
    one order of rows, so that they are sorted once. -#}
looks as (

    select
        *,
        count(*) filter (where is_looking_again) over earlier as looks_so_far
    from looking_again
    window earlier as (
        partition by customer_id
        order by occurred_at, stage_position, touchpoint_id
        rows between unbounded preceding and 1 preceding
    )

),

first_look as (

    select
        *,
        is_looking_again and looks_so_far = coalesce(
            max(looks_so_far) filter (where stage = 'purchase') over (
                partition by customer_id
                order by occurred_at, stage_position, touchpoint_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as is_first_look
    from looks

),

numbered as (

    select
        *,
        count(*) filter (
            where previous_at is null
                or occurred_at - previous_at > interval '{{ var("journey_gap_days", 60) }} days'
                or is_first_look
        ) over (
            partition by customer_id
            order by occurred_at, stage_position, touchpoint_id
            rows between unbounded preceding and current row
        ) as journey_number
    from first_look

),

cut as (

    select
        touchpoint_id,
        customer_id || ':' || journey_number as journey_id,
        customer_id,
        journey_number::integer as journey_number,
        occurred_at,
        channel,
        kind,
        stage,
        stage_position,
        source,
        campaign_id,
        order_id
    from numbered
    {%- if is_incremental() %}
    union all
    {#- Whoever has none any more is named by a row that is never stored. #}
    select
        null, null, customer_id, null, null, null, null, null, null, null, null, null
    from emptied
    {%- endif %}

),

final as (

    select
        cut.*,
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    from cut
    cross join seen

)

select * from final
