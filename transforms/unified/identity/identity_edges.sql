{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['node_a', 'node_b'],
    full_refresh=false,
    indexes=[
        {'columns': ['node_a', 'node_b'], 'unique': True},
        {'columns': ['node_b']},
        {'columns': ['batch']}
    ]
) }}

{#- Identities seen together in one record are tied: each of a record's identities to its strongest one. An edge is
    never deleted; one that protection refuses, or that no record tells any more, stays here with the reason. -#}
{%- set limits = ref('identity_limits') -%}

with claims as not materialized (

    select * from {{ ref('identity_claims') }}

),

nodes as not materialized (

    select * from {{ ref('identity_nodes') }}

),

limits as (

    select * from {{ limits }}

),

rules as materialized (

    select md5(coalesce(string_agg(concat_ws(' ', identifier_type, other_type, max_tied), ',' order by identifier_type, other_type), '')) as rules
    from limits

),

{%- if is_incremental() %}

{#- An edge hangs on what the weaker of its ends claims. -#}
touched as (

    select distinct identity_id from claims
    where {{ is_new_to_this() }}

),

their_claims as (

    {{ rows_of('claims', 'identity_id', 'touched') }}

),

{%- endif %}

pairs as (

    select
        strongest_identity_id as identity_a,
        identity_id as identity_b,
        count(*) as evidence_count,
        (array_agg(record_key order by seen_at, record_key))[1] as first_record_key,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from {{ 'their_claims' if is_incremental() else 'claims' }} as claims
    where refused_because is null
        and strongest_identity_id <> identity_id
    group by strongest_identity_id, identity_id

),

{%- if is_incremental() %}

ends_named as (

    select identity_a as identity_id from pairs
    union
    select identity_id from touched

),

their_nodes as (

    {{ rows_of('nodes', 'identity_id', 'ends_named') }}

),
{%- else %}

their_nodes as not materialized (

    select * from nodes

),
{%- endif %}

told as (

    select
        a.node as node_a,
        b.node as node_b,
        pairs.identity_a,
        pairs.identity_b,
        a.identifier_type as type_a,
        b.identifier_type as type_b,
        greatest(a.type_priority, b.type_priority) as strength,
        pairs.evidence_count,
        pairs.first_record_key,
        pairs.first_seen_at,
        pairs.last_seen_at
    from pairs
    inner join their_nodes as a on pairs.identity_a = a.identity_id
    inner join their_nodes as b on pairs.identity_b = b.identity_id

),

{%- if is_incremental() %}

touched_nodes as (

    select their_nodes.node
    from their_nodes
    inner join touched on their_nodes.identity_id = touched.identity_id

),

known_there as (

    {{ rows_of(this, 'node_b', 'touched_nodes', 'node') }}

),

untold as (

    select
        known.node_a,
        known.node_b,
        known.identity_a,
        known.identity_b,
        known.type_a,
        known.type_b,
        known.strength,
        0 as evidence_count,
        known.first_record_key,
        known.first_seen_at,
        known.last_seen_at
    from known_there as known
    where not exists (
            select 1 from told
            where told.node_a = known.node_a and told.node_b = known.node_b
        )

),

changed as (

    select * from told
    union all
    select * from untold

),

{#- Whether a value ties too many is asked of all its edges: those of both ends of what changed. -#}
ends_touched as (

    select node_a as node from changed
    union
    select node_b from changed
    {%- if not compares_all() %}
    union
    select node_a from {{ this }}
    where (select known.rules from {{ this }} as known limit 1) is distinct from (select rules.rules from rules)
    {%- endif %}

),

known as (

    select * from ({{ rows_of(this, 'node_a', 'ends_touched', 'node') }}) as from_a
    union
    select * from ({{ rows_of(this, 'node_b', 'ends_touched', 'node') }}) as from_b

),

edges as (

    select * from changed
    union all
    select
        known.node_a,
        known.node_b,
        known.identity_a,
        known.identity_b,
        known.type_a,
        known.type_b,
        known.strength,
        known.evidence_count,
        known.first_record_key,
        known.first_seen_at,
        known.last_seen_at
    from known
    where not exists (
        select 1 from changed
        where changed.node_a = known.node_a and changed.node_b = known.node_b
    )

),
{%- else %}

edges as (

    select * from told

),
{%- endif %}

{#- A value that ties more of one kind than a person has (accounts to a cookie, cards to a phone) ties none of it. -#}
hubs as (

    select
        ends.node,
        ends.other_type,
        count(distinct ends.other_node) as tied_count,
        max(limits.max_tied) as max_tied
    from (
        select node_a as node, type_a as own_type, type_b as other_type, node_b as other_node
        from edges
        where evidence_count > 0
        union all
        select node_b, type_b, type_a, node_a
        from edges
        where evidence_count > 0
    ) as ends
    inner join limits
        on ends.own_type = limits.identifier_type
        and ends.other_type = limits.other_type
    {%- if is_incremental() %}
    -- of the other ends not all edges are here
    inner join ends_touched on ends.node = ends_touched.node
    {%- endif %}
    group by ends.node, ends.other_type
    having count(distinct ends.other_node) > max(limits.max_tied)

),

judged as (

    select
        edges.*,
        case
            when edges.evidence_count = 0 then 'no record says so any longer'
            when coalesce(hub_a.tied_count, hub_b.tied_count) is not null
                then 'a hub: ties ' || coalesce(hub_a.tied_count, hub_b.tied_count)
                    || ' of a kind of which a person has at most '
                    || coalesce(hub_a.max_tied, hub_b.max_tied)
        end as refused_because
    from edges
    left join hubs as hub_a
        on edges.node_a = hub_a.node
        and edges.type_b = hub_a.other_type
    left join hubs as hub_b
        on edges.node_b = hub_b.node
        and edges.type_a = hub_b.other_type

),

final as (

    select
        judged.node_a,
        judged.node_b,
        judged.identity_a,
        judged.identity_b,
        judged.type_a,
        judged.type_b,
        judged.strength,
        judged.evidence_count,
        judged.first_record_key,
        judged.first_seen_at,
        judged.last_seen_at,
        judged.refused_because,
        rules.rules,
        {{ batches(ref('identity_claims')) }}
    from judged
    cross join rules
    {%- if is_incremental() %}
    left join known
        on judged.node_a = known.node_a
        and judged.node_b = known.node_b
    where known.node_a is null
        or judged.evidence_count <> known.evidence_count
        or judged.refused_because is distinct from known.refused_because
        or judged.first_record_key <> known.first_record_key
        or judged.last_seen_at is distinct from known.last_seen_at
        or rules.rules <> known.rules
    {%- endif %}

)

select * from final
