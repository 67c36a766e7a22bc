{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='journey_id',
    gone_when='customer_id is null',
    indexes=[
        {'columns': ['journey_id'], 'unique': True},
        {'columns': ['customer_id', 'started_at']},
        {'columns': ['started_at']},
        {'columns': ['outcome', 'last_touchpoint_at']},
        {'columns': ['batch']}
    ]
) }}

{#- Lost: nothing bought and nothing heard for `journey_gap_days`. Why, when anything says so: a reason given at the
    cart, a competitor named, a complaint made; else unknown.

    Computed anew are the journeys in which a touchpoint is new, told otherwise, or gone, those that are lost by now, or were
    lost for another reason than is known now. -#}
{%- set lost_since -%}
(select clock.as_of_at - interval '{{ var("journey_gap_days", 60) }} days' from {{ ref('clock') }} as clock)
{%- endset -%}
{%- set inputs = {
    'touchpoints': ref('journey_touchpoints'),
    'voices': ref('voices'),
    'feedback': ref('feedback'),
    'carts': ref('base_ecommerce__carts'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set assignments = ref('identity_assignments') -%}
with
{% if is_incremental() %}

{{ looked() }},

{{ touched_customers(inputs.touchpoints, seen_of('touchpoints')) }},

{{ moved_records(inputs) }},

touched_carts as (

    select 'ecommerce:cart:' || record_id as record_key
    from moved_records
    where record_type = 'cart'
    union
    select 'ecommerce:cart:' || cart_id
    from {{ inputs.carts }}
    where {{ above_seen('carts') }}

),

claims_of_carts as (

    {{ rows_of(inputs.claims, 'record_key', 'touched_carts') }}

),

{#- Whoever has or had an identity of such a cart: whose it was before is among them. -#}
owners_of_carts as (

    {{ rows_of(assignments, 'identity_id', 'claims_of_carts') }}

),

due_by_clock as (

    select customer_id
    from {{ this }}
    where outcome = 'open' and last_touchpoint_at < {{ lost_since }}
    union
    select customer_id
    from {{ this }}
    where outcome = 'lost' and last_touchpoint_at >= {{ lost_since }}

),

{#- Who lost something that was said is named by the voice. -#}
concerned as materialized (

    select customer_id from touched
    union
    select customer_id from owners_of_carts
    union
    select customer_id from due_by_clock
    union
    select customer_id from {{ inputs.feedback }}
    where {{ above_seen('feedback') }}
        and customer_id is not null
    union
    select unnest(lost_by) from {{ inputs.voices }}
    where {{ above_seen('voices') }}
    union
    select customer_id from {{ this }}
    where {{ is_built_since(inputs.voices, seen_of('voices')) }}

),

held as materialized (

    {{ rows_of(this, 'customer_id', 'concerned') }}

),

counted as (

    select journey_id, sum(touchpoint_count) as touchpoint_count
    from {{ ref('journey_stages') }}
    where customer_id = {{ any_of('concerned', 'customer_id') }}
    group by journey_id

),

{% endif %}

feedback as (

    {{ named_rows(inputs.feedback, 'customer_id', 'concerned', 'customer_id') }}

),

people as (

    {{ named_rows(inputs.people, 'customer_id', 'concerned', 'customer_id') }}

),

carts as (

    select
        people.customer_id,
        carts.last_event_at,
        carts.exit_reason
    from {{ ref('stg_ecommerce__carts') }} as carts
    inner join people
        on people.record_type = 'cart'
        and carts.cart_id = people.record_id
    where carts.exit_reason is not null

),

{#- What may explain a loss. -#}
said as (

    select customer_id, 1 as priority, exit_reason as reason, last_event_at as said_at
    from carts
    union all
    select
        customer_id,
        case when competitor is not null then 2 else 3 end,
        case when competitor is not null then 'competitor' else 'complaint: ' || topic end,
        given_at
    from feedback
    where customer_id is not null
        and (competitor is not null or type = 'complaint')

),

{% if is_incremental() %}

held_lost as (

    select * from held
    where outcome = 'lost'

),

{{ reasons_of('held_lost') }},

due as materialized (

    select journey_id
    from {{ inputs.touchpoints }}
    where {{ above_seen('touchpoints') }}
    union
    select journey_id
    from counted
    full join held using (journey_id)
    where counted.touchpoint_count is distinct from held.touchpoint_count
        or (held.outcome <> 'purchased' and (held.outcome = 'lost') <> (held.last_touchpoint_at < {{ lost_since }}))
    union
    select held_lost.journey_id
    from held_lost
    left join reasons_of_held_lost as known on held_lost.journey_id = known.journey_id
    where held_lost.lost_reason <> coalesce(known.reason, 'unknown')

),

{% endif %}

touchpoints as (

    {{ named_rows(inputs.touchpoints, 'journey_id', 'due', 'journey_id') }}

),

stages as (

    {{ named_rows(ref('journey_stages'), 'journey_id', 'due', 'journey_id') }}

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
            when last_touchpoint_at < {{ lost_since }} then 'lost'
            else 'open'
        end as outcome
    from journeys

),

{#- Only lost journeys need a reason. -#}
lost as (

    select journey_id, customer_id, started_at, last_touchpoint_at
    from outcomes
    where outcome = 'lost'

),

{{ reasons_of('lost') }},

told as (

    select
        journey_id,
        outcomes.customer_id,
        outcomes.journey_number,
        outcomes.started_at,
        outcomes.last_touchpoint_at,
        outcomes.purchased_at,
        furthest.stage,
        furthest.stage_position,
        coalesce(in_order.stage_position, 0) as in_order_position,
        outcomes.outcome,
        case when outcomes.outcome = 'lost' then coalesce(known.reason, 'unknown') end as lost_reason,
        outcomes.first_channel,
        outcomes.last_channel,
        outcomes.channel_count::integer as channel_count,
        outcomes.touchpoint_count::integer as touchpoint_count
    {% if is_incremental() -%}
    {#- A journey that there is no more is named by a row that is never stored. #}
    from due
    left join outcomes using (journey_id)
    {%- else -%}
    from outcomes
    {%- endif %}
    left join furthest using (journey_id)
    left join in_order using (journey_id)
    left join reasons_of_lost as known using (journey_id)

),

final as (

    select
        told.*,
        {{ next_batch(newest_batch(inputs.touchpoints)) }} as batch,
        {{ seen_batches(inputs, kept_by="outcome = 'open'") }}
    from told

)

select * from final
