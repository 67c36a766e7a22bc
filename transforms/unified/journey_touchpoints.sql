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
        max(occurred_at) filter (where stage = 'purchase') over earlier as last_purchase_at,
        count(*) filter (where stage = 'purchase') over earlier as purchases_so_far
    from touchpoints
    window earlier as (
        partition by customer_id
        order by occurred_at, stage_position, touchpoint_id
    )

),

looking_again as (

    select
        *,
        phase = 'before'
            and occurred_at > last_purchase_at
            + interval '{{ var("journey_after_purchase_days", 30) }} days' as is_looking_again
    from sequenced

),

first_look as (

    select
        *,
        is_looking_again and row_number() over (
            partition by customer_id, purchases_so_far, is_looking_again
            order by occurred_at, stage_position, touchpoint_id
        ) = 1 as is_first_look
    from looking_again

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
