{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='touchpoint_id',
    gone_when='customer_id is null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['journey_id', 'stage_position', 'occurred_at']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{#- A customer's touchpoints cut into journeys. A new one begins after a silence (var `journey_gap_days`), or when
    somebody who bought more than `journey_after_purchase_days` ago starts looking again.

    What comes late moves only what comes after it. Cut anew is what follows the last purchase before the first change or,
    where nothing was bought, the last touchpoint before it: nothing earlier matters from there on. -#}
{%- set told = [
    'touchpoint_id', 'customer_id', 'occurred_at', 'channel', 'kind', 'stage', 'stage_position', 'phase', 'source',
    'campaign_id', 'order_id', 'lost_by'
] -%}
with seen as (

    select {{ last_batch(ref('touchpoints')) }} as batch

),

kinds as (

    select * from {{ ref('touchpoint_kinds') }}

),

{% if is_incremental() %}

fresh as materialized (

    select {{ told | join(', ') }}
    from {{ ref('touchpoints') }}
    where {{ above(last_read('seen_batch')) }}

),

held as (

    {{ rows_of(this, 'touchpoint_id', 'fresh') }}

),

losers as (

    select unnest(lost_by) as customer_id from fresh
    union
    select customer_id
    from {{ this }}
    where {{ is_built_since(ref('touchpoints'), last_read('seen_batch')) }}

),

of_losers as materialized (

    {{ rows_of(this, 'customer_id', 'losers') }}

),

theirs as (

    {{ rows_of(ref('touchpoints'), 'touchpoint_id', 'of_losers') }}

),

lost as materialized (

    select touchpoint_id, customer_id, occurred_at
    from of_losers
    where (touchpoint_id, customer_id) not in (
        select theirs.touchpoint_id, theirs.customer_id from theirs where theirs.customer_id is not null
    )

),

changes as (

    select customer_id, occurred_at
    from fresh
    where customer_id is not null
    union all
    select customer_id, occurred_at from held
    union all
    select customer_id, occurred_at from lost

),

first_changes as (

    select customer_id, min(occurred_at) as occurred_at
    from changes
    group by customer_id

),

{#- Where to go on from: what is held up to there stays. -#}
anchors as materialized (

    select
        first_changes.customer_id,
        coalesce(earlier.purchased_at, earlier.occurred_at, '-infinity') as occurred_at
    from first_changes
    cross join lateral (
        select
            max(held.occurred_at) as occurred_at,
            max(held.occurred_at) filter (where held.stage = 'purchase') as purchased_at
        from {{ this }} as held
        where held.customer_id = first_changes.customer_id
            and held.occurred_at < first_changes.occurred_at
    ) as earlier

),

kept as (

    select
        later.*,
        kinds.phase,
        case when later.occurred_at = anchors.occurred_at then later.journey_number end as known_number
    from anchors
    cross join lateral (
        select *
        from {{ this }} as held
        where held.customer_id = anchors.customer_id
            and held.occurred_at >= anchors.occurred_at
        offset 0
    ) as later
    inner join kinds on later.kind = kinds.kind
    where later.touchpoint_id not in (select fresh.touchpoint_id from fresh)
        and later.touchpoint_id not in (select lost.touchpoint_id from lost)

),

{% endif %}

touchpoints as (

    {% if is_incremental() -%}
    select {{ told | join(', ') }}, null::integer as known_number, null::integer as held_number
    from fresh
    where customer_id is not null
    union all
    select {{ told | join(', ') }}, known_number, journey_number
    from kept
    {%- else -%}
    select * from {{ ref('touchpoints') }}
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
        {% if is_incremental() -%}
        coalesce(max(known_number) over earlier, 0) +
        {%- endif %}
        count(*) filter (
            where (
                previous_at is null
                or occurred_at - previous_at > interval '{{ var("journey_gap_days", 60) }} days'
                or is_first_look
            )
            {%- if is_incremental() %}
            and known_number is null
            {%- endif %}
        ) over earlier as journey_number
    from first_look
    window earlier as (
        partition by customer_id
        order by occurred_at, stage_position, touchpoint_id
        rows between unbounded preceding and current row
    )

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
        order_id,
        lost_by
    from numbered
    {%- if is_incremental() %}
    where journey_number is distinct from held_number
    union all
    {#- What is nobody's any more is named by a row that is never stored. #}
    select
        touchpoint_id, null, null, null, null, null, null, null, null, null, null, null, null
    from lost
    where not exists (
        select from fresh
        where fresh.touchpoint_id = lost.touchpoint_id and fresh.customer_id is not null
    )
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
