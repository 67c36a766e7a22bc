{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='touchpoint_id',
    gone_when='customer_id is null',
    on_schema_change='append_new_columns',
    held_when='customer_id is null or lost_by is not null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['customer_id', 'occurred_at']},
        {'columns': ['batch']}
    ]
) }}

{#- A customer's touchpoints cut into journeys. A new one begins after a silence (var `journey_gap_days`), or when
    somebody who bought more than `journey_after_purchase_days` ago starts looking again.

    What comes late moves only what comes after it. Each row tells its journey's number and the purchase that the next
    look may follow (`last_purchase_at`), so that the last touchpoint before the first change is all there is to know. -#}
{%- set told = [
    'touchpoint_id', 'customer_id', 'occurred_at', 'channel', 'kind', 'stage', 'stage_position', 'phase', 'source',
    'campaign_id', 'order_id', 'lost_by'
] -%}
{%- set compared = told | reject('in', ['touchpoint_id', 'phase', 'lost_by']) | list -%}
{%- set place = 'occurred_at, stage_position, touchpoint_id' -%}
{%- set phases = 'hashtextextended(' ~ digest_of(ref('touchpoint_kinds'), ['kind', 'phase']) ~ ', 0)' -%}
{#- A table built before it kept that has no such column: the name then means that of `before`. -#}
{%- set last_phases -%}
(
            select newest.phases
            from (select null::bigint as phases) as before
            cross join lateral (
                select phases from {{ this }} as kept
                where phases is not null
                order by kept.batch desc
                limit 1
            ) as newest
        )
{%- endset %}
with seen as (

    select {{ last_batch(ref('touchpoints')) }} as batch

),

kinds as (

    select * from {{ ref('touchpoint_kinds') }}

),

{% if is_incremental() %}

written as materialized (

    select {{ told | join(', ') }}
    from {{ ref('touchpoints') }}
    where {{ above(last_read('seen_batch')) }}

),

held as materialized (

    {{ rows_of(this, 'touchpoint_id', 'written') }}

),

{#- Of what was written, what says another thing here; of each whether it was here. -#}
fresh as materialized (

    select
        written.*,
        held.touchpoint_id is not null as was_held
    from written
    left join held on written.touchpoint_id = held.touchpoint_id
    where held.touchpoint_id is null
        or written.lost_by is not null
        or {{ any_differs('written', 'held', compared) }}

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
    select held.customer_id, held.occurred_at
    from held
    inner join fresh on held.touchpoint_id = fresh.touchpoint_id
    union all
    select customer_id, occurred_at from lost
    union all
    {#- Which kinds stand before a purchase is not kept with each, and where journeys begin hangs on it. #}
    select customer_id, occurred_at from {{ this }}
    where {{ all_if(last_phases ~ ' is distinct from ' ~ phases) }}

),

first_changes as materialized (

    select customer_id, min(occurred_at) as occurred_at
    from changes
    group by customer_id

),

{#- Where to go on from: what is held up to there stays. -#}
anchors as (

    select before_it.*
    from first_changes
    cross join lateral (
        select *
        from {{ this }} as here
        where here.customer_id = first_changes.customer_id
            and here.occurred_at < first_changes.occurred_at
        order by here.occurred_at desc, here.stage_position desc, here.touchpoint_id desc
        limit 1
    ) as before_it

),

kept as (

    select
        later.*,
        kinds.phase
    from first_changes
    cross join lateral (
        select *
        from {{ this }} as here
        where here.customer_id = first_changes.customer_id
            and here.occurred_at >= first_changes.occurred_at
        offset 0
    ) as later
    inner join kinds on later.kind = kinds.kind
    where later.touchpoint_id not in (select fresh.touchpoint_id from fresh)
        and later.touchpoint_id not in (select lost.touchpoint_id from lost)

),

{% endif %}

touchpoints as (

    {% if is_incremental() -%}
    select
        {{ told | join(', ') | wordwrap(100, wrapstring='\n        ') }},
        case when stage = 'purchase' then occurred_at end as purchased_at,
        was_held,
        null::integer as held_number,
        null::timestamptz as held_purchase_at,
        null::integer as known_number
    from fresh
    where customer_id is not null
    union all
    select
        {{ told | join(', ') | wordwrap(100, wrapstring='\n        ') }},
        case when stage = 'purchase' then occurred_at end,
        true,
        journey_number,
        last_purchase_at,
        null
    from kept
    union all
    select
        {{ told | join(', ') | replace('phase', 'null') | wordwrap(100, wrapstring='\n        ') }},
        last_purchase_at,
        true,
        null,
        null,
        journey_number
    from anchors
    {%- else -%}
    select
        {{ told | join(', ') | wordwrap(100, wrapstring='\n        ') }},
        case when stage = 'purchase' then occurred_at end as purchased_at
    from {{ ref('touchpoints') }}
    where customer_id is not null
    {%- endif %}

),

sequenced as (

    select
        *,
        lag(occurred_at) over earlier as previous_at,
        max(purchased_at) over earlier as newest_purchase_at
    from touchpoints
    window earlier as (
        partition by customer_id
        order by {{ place }}
        rows between unbounded preceding and current row
    )

),

looking_again as (

    select
        *,
        case
            when phase = 'before'
                and occurred_at > newest_purchase_at
                    + interval '{{ var("journey_after_purchase_days", 30) }} days'
                then occurred_at
        end as looked_at
    from sequenced

),

looks as (

    select
        *,
        max(looked_at) over (
            partition by customer_id
            order by {{ place }}
            rows between unbounded preceding and 1 preceding
        ) as looked_before_at
    from looking_again

),

{#- The first look since the newest purchase: those that stand before a purchase are not later than it. -#}
followed as (

    select
        *,
        looked_at is not null and coalesce(looked_before_at <= newest_purchase_at, true) as is_first_look,
        case
            when coalesce(looked_at, looked_before_at) > newest_purchase_at then null
            else newest_purchase_at
        end as last_purchase_at
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
    from followed
    window earlier as (
        partition by customer_id
        order by {{ place }}
        rows between unbounded preceding and current row
    )

),

{#- What was here already, and is told otherwise, names its customer: who adds up what came has to count anew. -#}
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
        last_purchase_at,
        {{ 'case when was_held then array_append(lost_by, customer_id) else lost_by end as ' if is_incremental() }}lost_by
    from numbered
    {%- if is_incremental() %}
    where known_number is null
        and (
            journey_number is distinct from held_number
            or last_purchase_at is distinct from held_purchase_at
        )
    union all
    {#- What is nobody's any more is named by a row that is never stored. #}
    select
        touchpoint_id, null, null, null, null, null, null, null, null, null, null, null, null, null
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
        {{ phases if is_incremental() else "case when stage not in ('awareness', 'consideration') then " ~ phases ~ ' end' }} as phases,
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    from cut
    cross join seen

)

select * from final
