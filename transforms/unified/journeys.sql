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

    Looked at again are the journeys of which a stage was written, those of customers of whom something went or was told
    otherwise, those that the clock makes lost or open, and the lost ones of whoever may have said why. Written are those
    that come out otherwise. -#}
{%- set lost_since -%}
(select clock.as_of_at - interval '{{ var("journey_gap_days", 60) }} days' from {{ ref('clock') }} as clock)
{%- endset -%}
{%- set inputs = {
    'touchpoints': ref('journey_touchpoints'),
    'stages': ref('journey_stages'),
    'voices': ref('voices'),
    'feedback': ref('feedback'),
    'carts': ref('base_ecommerce__carts'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set assignments = ref('identity_assignments') -%}
{%- set compared = [
    'customer_id', 'journey_number', 'started_at', 'last_touchpoint_at', 'purchased_at', 'stage', 'stage_position',
    'in_order_position', 'outcome', 'lost_reason', 'first_channel', 'last_channel', 'channel_count', 'touchpoint_count'
] -%}
with
{% if is_incremental() %}

{{ looked() }},

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

losers as materialized (

    select unnest(lost_by) as customer_id
    from {{ inputs.touchpoints }}
    where {{ above_seen('touchpoints') }}
    union
    select customer_id
    from {{ this }}
    where {{ is_built_since(inputs.stages, seen_of('stages')) }}

),

{#- Who lost something that was said is named by the voice. -#}
concerned as (

    select customer_id from losers
    union
    select customer_id from owners_of_carts
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

of_concerned as (

    {{ rows_of(this, 'customer_id', 'concerned') }}

),

due as materialized (

    select journey_id
    from {{ inputs.stages }}
    where {{ above_seen('stages') }}
    union
    select journey_id
    from of_concerned
    where outcome = 'lost'
        or customer_id in (select losers.customer_id from losers)
    union
    select journey_id
    from {{ this }}
    where outcome = 'open' and last_touchpoint_at < {{ lost_since }}
    union
    select journey_id
    from {{ this }}
    where outcome = 'lost' and last_touchpoint_at >= {{ lost_since }}

),

held as (

    {{ rows_of(this, 'journey_id', 'due') }}

),

{% endif %}

stages as {{ "materialized " if is_incremental() else "not materialized " }}(

    {{ named_rows(inputs.stages, 'journey_id', 'due', 'journey_id') }}

),

journeys as (

    select
        min(journey_id) as journey_id,
        customer_id,
        journey_number,
        min(entered_at) as started_at,
        max(last_at) as last_touchpoint_at,
        min(entered_at) filter (where stage = 'purchase') as purchased_at,
        (array_agg(stage order by stage_position desc))[1] as stage,
        max(stage_position) as stage_position,
        coalesce(max(stage_position) filter (where in_order_at is not null), 0) as in_order_position,
        (array_agg(first_channel order by entered_at, stage_position))[1] as first_channel,
        (array_agg(last_channel order by last_at desc, stage_position desc))[1] as last_channel,
        sum(touchpoint_count)::integer as touchpoint_count
    from stages
    group by customer_id, journey_number

),

channel_counts as (

    select
        stages.customer_id,
        stages.journey_number,
        count(distinct channels.channel)::integer as channel_count
    from stages
    cross join unnest(stages.channels) as channels (channel)
    group by stages.customer_id, stages.journey_number

),

outcomes as (

    select
        journeys.*,
        channel_counts.channel_count,
        case
            when purchased_at is not null then 'purchased'
            when last_touchpoint_at < {{ lost_since }} then 'lost'
            else 'open'
        end as outcome
    from journeys
    inner join channel_counts using (customer_id, journey_number)

),

{#- Only lost journeys need a reason. -#}
lost as materialized (

    select journey_id, customer_id, started_at, last_touchpoint_at
    from outcomes
    where outcome = 'lost'

),

feedback as (

    {{ named_rows(inputs.feedback, 'customer_id', 'lost', 'customer_id') }}

),

people as (

    {{ named_rows(inputs.people, 'customer_id', 'lost', 'customer_id') }}

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

{#- The first reason said in or just after each. -#}
reasons as (

    select distinct on (lost.journey_id)
        lost.journey_id,
        said.reason
    from lost
    inner join said
        on lost.customer_id = said.customer_id
        and said.said_at between lost.started_at and lost.last_touchpoint_at + interval '1 day'
    order by lost.journey_id, said.priority, said.said_at desc, said.reason

),

told as (

    select
        journey_id,
        outcomes.customer_id,
        outcomes.journey_number,
        outcomes.started_at,
        outcomes.last_touchpoint_at,
        outcomes.purchased_at,
        outcomes.stage,
        outcomes.stage_position,
        outcomes.in_order_position,
        outcomes.outcome,
        case when outcomes.outcome = 'lost' then coalesce(reasons.reason, 'unknown') end as lost_reason,
        outcomes.first_channel,
        outcomes.last_channel,
        outcomes.channel_count,
        outcomes.touchpoint_count
    from outcomes
    left join reasons using (journey_id)

),

written as (

    {% if is_incremental() -%}
    {#- A journey that there is no more is named by a row that is never stored. #}
    select
        journey_id,
        told.{{ compared | join(', told.') | wordwrap(100, wrapstring='\n        ') }}
    from told
    full join held using (journey_id)
    where told.customer_id is null
        or held.customer_id is null
        or {{ any_differs('told', 'held', compared) }}
    {%- else -%}
    select * from told
    {%- endif %}

),

final as (

    select
        written.*,
        {{ batch_above(inputs.touchpoints) }} as batch,
        {{ seen_batches(inputs, kept_by="outcome = 'open'") }}
    from written

)

select * from final
