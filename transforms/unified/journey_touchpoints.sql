{{ config(indexes=[{'columns': ['journey_id', 'stage_position', 'occurred_at']}]) }}

{#- A customer's touchpoints cut into journeys. A new one begins after a silence (var `journey_gap_days`), or when
    somebody who bought more than `journey_after_purchase_days` ago starts looking again. -#}
with touchpoints as (

    select * from {{ ref('touchpoints') }}
    where customer_id is not null

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

final as (

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

)

select * from final
