{{ config(indexes=[
    {'columns': ['journey_id'], 'unique': True},
    {'columns': ['customer_id', 'started_at']},
    {'columns': ['started_at']}
]) }}

{#- Lost: nothing bought and nothing heard for `journey_gap_days`. Why, when anything says so: a reason given at the
    cart, a competitor named, a complaint made; else unknown. -#}
with touchpoints as (

    select * from {{ ref('journey_touchpoints') }}

),

stages as (

    select * from {{ ref('journey_stages') }}

),

clock as (

    select * from {{ ref('clock') }}

),

feedback as (

    select * from {{ ref('feedback') }}
    where customer_id is not null

),

carts as (

    select
        people.customer_id,
        carts.last_event_at,
        carts.exit_reason
    from {{ ref('stg_ecommerce__carts') }} as carts
    inner join {{ ref('record_identities') }} as people
        on people.record_type = 'cart'
        and carts.cart_id = people.record_id
    where carts.exit_reason is not null

),

journeys as (

    select
        journey_id,
        min(customer_id) as customer_id,
        min(journey_number) as journey_number,
        min(occurred_at) as started_at,
        max(occurred_at) as last_touchpoint_at,
        count(*) as touchpoint_count,
        count(distinct channel) as channel_count,
        (array_agg(channel order by occurred_at, stage_position, touchpoint_id))[1] as first_channel,
        (array_agg(channel order by occurred_at desc, stage_position desc, touchpoint_id desc))[1] as last_channel,
        min(occurred_at) filter (where stage = 'purchase') as purchased_at
    from touchpoints
    group by journey_id

),

furthest as (

    select distinct on (journey_id)
        journey_id,
        stage,
        stage_position
    from stages
    order by journey_id, stage_position desc

),

in_order as (

    select journey_id, max(stage_position) as stage_position
    from stages
    where in_order_at is not null
    group by journey_id

),

outcomes as (

    select
        journeys.*,
        case
            when purchased_at is not null then 'purchased'
            when last_touchpoint_at
                < clock.as_of_at - interval '{{ var("journey_gap_days", 60) }} days' then 'lost'
            else 'open'
        end as outcome
    from journeys
    cross join clock

),

{#- Only lost journeys need a reason. -#}
lost as (

    select journey_id, customer_id, started_at, last_touchpoint_at
    from outcomes
    where outcome = 'lost'

),

reasons as (

    select lost.journey_id, 1 as priority, carts.exit_reason as reason, carts.last_event_at as said_at
    from lost
    inner join carts
        on lost.customer_id = carts.customer_id
        and carts.last_event_at between lost.started_at and lost.last_touchpoint_at + interval '1 day'
    union all
    select
        lost.journey_id,
        case when feedback.competitor is not null then 2 else 3 end,
        case when feedback.competitor is not null then 'competitor' else 'complaint: ' || feedback.topic end,
        feedback.given_at
    from lost
    inner join feedback
        on lost.customer_id = feedback.customer_id
        and feedback.given_at between lost.started_at and lost.last_touchpoint_at + interval '1 day'
    where feedback.competitor is not null or feedback.type = 'complaint'

),

first_reasons as (

    select distinct on (journey_id)
        journey_id,
        reason
    from reasons
    order by journey_id, priority, said_at desc, reason

),

final as (

    select
        outcomes.journey_id,
        outcomes.customer_id,
        outcomes.journey_number,
        outcomes.started_at,
        outcomes.last_touchpoint_at,
        outcomes.purchased_at,
        furthest.stage,
        furthest.stage_position,
        coalesce(in_order.stage_position, 0) as in_order_position,
        outcomes.outcome,
        case when outcomes.outcome = 'lost' then coalesce(first_reasons.reason, 'unknown') end as lost_reason,
        outcomes.first_channel,
        outcomes.last_channel,
        outcomes.channel_count::integer as channel_count,
        outcomes.touchpoint_count::integer as touchpoint_count
    from outcomes
    inner join furthest on outcomes.journey_id = furthest.journey_id
    left join in_order on outcomes.journey_id = in_order.journey_id
    left join first_reasons on outcomes.journey_id = first_reasons.journey_id

)

select * from final
