{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['node_a', 'node_b'],
    full_refresh=false,
    on_schema_change='append_new_columns',
    index_superseded=false,
    indexes=[
        {'columns': ['node_a', 'node_b'], 'unique': True},
        {'columns': ['node_b']},
        {'columns': ['batch']}
    ]
) }}

{#- Identities seen together in one record are tied: each of a record's identities to its strongest one. An edge is
    never deleted; one that protection refuses, or that no record tells any more, stays here with the reason. -#}
{%- set limits = ref('identity_limits') -%}
{%- set told_of = ['identity_a', 'identity_b', 'type_a', 'type_b', 'strength', 'evidence_count', 'first_record_key', 'first_seen_at', 'last_seen_at'] -%}
{#- A table built before edges said which end is a hub has no such columns: the names then mean those of `before`. -#}
{%- set this_table -%}
(
        select known.*
        from (select null::bigint as tied_a, null::bigint as tied_b) as before
        cross join lateral (
            select node_a, node_b, {{ told_of | join(', ') }}, refused_because, rules, tied_a, tied_b
            from {{ this }}
        ) as known
    )
{%- endset -%}

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

    select md5('which end' || coalesce(string_agg(concat_ws(' ', identifier_type, other_type, max_tied), ',' order by identifier_type, other_type), '')) as rules
    from limits

),

{%- if is_incremental() %}

{#- A claim that came after the last build adds to its edge; one that was there already may have said otherwise, and then the
    edges of its identity are counted again from all their claims. -#}
fresh as materialized (

    select
        record_key,
        identity_id,
        strongest_identity_id,
        seen_at,
        refused_because is null and strongest_identity_id <> identity_id as is_tie,
        {%- if compares_all() %}
        false as is_first
        {%- else %}
        coalesce(first_batch, 0) > {{ last_read('upstream_batch') }} as is_first
        {%- endif %}
    from claims
    where {{ is_new_to_this() }}

),

touched as (

    select
        identity_id,
        not bool_and(is_first) as is_recounted
    from fresh
    group by identity_id
    having bool_or(is_tie or not is_first)

),

stronger as (

    select distinct strongest_identity_id as identity_id from fresh
    where is_tie

),

either as (

    select identity_id from touched
    union
    select identity_id from stronger

),

nodes_of_either as (

    {{ rows_of('nodes', 'identity_id', 'either') }}

),

{#- An edge hangs on what the weaker of its ends claims. -#}
touched_nodes as (

    select nodes.*, touched.is_recounted
    from touched
    inner join nodes_of_either as nodes on touched.identity_id = nodes.identity_id

),

known_there as (

    {{ rows_of(this_table, 'node_b', 'touched_nodes', 'node') }}

),

recounted as (

    select identity_id from touched
    where is_recounted

),

recounted_claims as (

    {{ rows_of('claims', 'identity_id', 'recounted') }}

),

their_claims as (

    select record_key, identity_id, strongest_identity_id, seen_at, refused_because
    from recounted_claims
    union all
    select fresh.record_key, fresh.identity_id, fresh.strongest_identity_id, fresh.seen_at, null
    from fresh
    where fresh.is_tie
        and not exists (select 1 from recounted where recounted.identity_id = fresh.identity_id)

),

other_stronger as (

    select strongest_identity_id as identity_id from recounted_claims
    except
    select identity_id from nodes_of_either

),

stronger_nodes as (

    select * from nodes_of_either
    union all
    select * from ({{ rows_of('nodes', 'identity_id', 'other_stronger') }}) as others

),
{%- endif %}

{#- By numbers: texts take many times as long to sort. All else of an end is the same in all rows of a pair. -#}
claimed as {{ '' if is_incremental() else 'not ' }}materialized (

    select
        a.node as node_a,
        b.node as node_b,
        a.identity_id as identity_a,
        b.identity_id as identity_b,
        a.identifier_type as type_a,
        b.identifier_type as type_b,
        greatest(a.type_priority, b.type_priority) as strength,
        {%- if is_incremental() %}
        1 as evidence_count,
        claims.seen_at as last_seen_at,
        {%- endif %}
        claims.seen_at,
        claims.record_key
    from {{ 'their_claims' if is_incremental() else 'claims' }} as claims
    inner join {{ 'stronger_nodes' if is_incremental() else 'nodes' }} as a on claims.strongest_identity_id = a.identity_id
    inner join {{ 'touched_nodes' if is_incremental() else 'nodes' }} as b on claims.identity_id = b.identity_id
    where claims.refused_because is null
        and claims.strongest_identity_id <> claims.identity_id
    {%- if is_incremental() %}
    union all
    -- what was counted before and stays
    select
        known.node_a,
        known.node_b,
        known.identity_a,
        known.identity_b,
        known.type_a,
        known.type_b,
        known.strength,
        known.evidence_count,
        known.last_seen_at,
        known.first_seen_at,
        known.first_record_key
    from known_there as known
    inner join touched_nodes on known.node_b = touched_nodes.node
    where not touched_nodes.is_recounted
        and known.evidence_count > 0
    {%- endif %}

),

told as (

    select
        node_a,
        node_b,
        min(identity_a) as identity_a,
        min(identity_b) as identity_b,
        min(type_a) as type_a,
        min(type_b) as type_b,
        min(strength) as strength,
        {{ 'sum(evidence_count)::bigint' if is_incremental() else 'count(*)' }} as evidence_count,
        (array_agg(record_key order by seen_at, record_key))[1] as first_record_key,
        min(seen_at) as first_seen_at,
        max({{ 'last_seen_at' if is_incremental() else 'seen_at' }}) as last_seen_at
    from claimed
    group by node_a, node_b

),

{%- if is_incremental() %}

{#- What is told of them now; what no record tells any more stays without evidence. -#}
changed as materialized (

    select
        node_a,
        node_b,
        {%- for column in told_of if column != 'evidence_count' %}
        coalesce(told.{{ column }}, known.{{ column }}) as {{ column }},
        {%- endfor %}
        coalesce(told.evidence_count, 0) as evidence_count,
        known.evidence_count as known_evidence_count
    from told
    full join known_there as known using (node_a, node_b)
    where known.strength is null
        or coalesce(told.evidence_count, 0) <> known.evidence_count
        or (told.strength is not null and (
            told.first_record_key <> known.first_record_key
            or told.last_seen_at is distinct from known.last_seen_at
        ))

),

{#- Whether a value ties too many is asked of all its edges, where one came or went of a kind that is counted. -#}
ends_touched as materialized (

    select ends.node
    from (
        select node_a as node, type_a as own_type, type_b as other_type, evidence_count, known_evidence_count from changed
        union all
        select node_b, type_b, type_a, evidence_count, known_evidence_count from changed
    ) as ends
    inner join limits
        on ends.own_type = limits.identifier_type
        and ends.other_type = limits.other_type
    where (ends.evidence_count > 0) <> (coalesce(ends.known_evidence_count, 0) > 0)
    union
    select ends.node
    from {{ this }} as known
    cross join lateral (values (known.node_a), (known.node_b)) as ends (node)
    {%- if not compares_all() %}
    where (select known.rules from {{ this }} as known limit 1) is distinct from (select rules.rules from rules)
    {%- endif %}

),

other_ends as (

    select node from ends_touched
    except
    select node from touched_nodes

),

known as (

    select * from known_there
    union all
    select * from ({{ rows_of(this_table, 'node_a', 'ends_touched', 'node') }}) as from_a
    where not exists (select 1 from touched_nodes where touched_nodes.node = from_a.node_b)
    union all
    select * from ({{ rows_of(this_table, 'node_b', 'other_ends', 'node') }}) as from_b
    where not exists (select 1 from ends_touched where ends_touched.node = from_b.node_a)

),

edges as (

    select
        node_a,
        node_b,
        {%- for column in told_of %}
        coalesce(changed.{{ column }}, known.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in ['evidence_count', 'refused_because', 'tied_a', 'tied_b', 'first_record_key', 'last_seen_at', 'rules'] %}
        known.{{ column }} as known_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from known
    full join changed using (node_a, node_b)

),
{%- else %}

edges as (

    select * from told

),
{%- endif %}

{#- A value that ties more of one kind than a person has (accounts to a cookie, cards to a phone) ties none of it. Which of two
    identities is the stronger is the same in all records, so a pair is counted once. -#}
hubs as (

    select
        ends.node,
        ends.other_type,
        count(*) as tied_count
    from edges
    cross join lateral (
        values
        (edges.node_a, edges.type_a, edges.type_b),
        (edges.node_b, edges.type_b, edges.type_a)
    ) as ends (node, own_type, other_type)
    inner join limits
        on ends.own_type = limits.identifier_type
        and ends.other_type = limits.other_type
    {%- if is_incremental() %}
    -- of the other ends not all edges are here
    inner join ends_touched on ends.node = ends_touched.node
    {%- endif %}
    where edges.evidence_count > 0
    group by ends.node, ends.other_type
    having count(*) > max(limits.max_tied)

),

tied as (

    select
        edges.*,
        {%- for end in ['a', 'b'] %}
        {%- if is_incremental() %}
        case
            when touched_{{ end }}.node is null then edges.known_tied_{{ end }}
            else hub_{{ end }}.tied_count
        end as tied_{{ end }},
        {%- else %}
        hub_{{ end }}.tied_count as tied_{{ end }},
        {%- endif %}
        {%- endfor %}
        null as no_more
    from edges
    {%- if is_incremental() %}
    left join ends_touched as touched_a on edges.node_a = touched_a.node
    left join ends_touched as touched_b on edges.node_b = touched_b.node
    {%- endif %}
    left join hubs as hub_a
        on edges.node_a = hub_a.node
        and edges.type_b = hub_a.other_type
    left join hubs as hub_b
        on edges.node_b = hub_b.node
        and edges.type_a = hub_b.other_type

),

judged as (

    select
        tied.*,
        case
            when tied.evidence_count = 0 then 'no record says so any longer'
            when coalesce(tied.tied_a, tied.tied_b) is not null
                then 'a hub: ties ' || coalesce(tied.tied_a, tied.tied_b)
                    || ' of a kind of which a person has at most '
                    || case when tied.tied_a is not null then limit_a.max_tied else limit_b.max_tied end
        end as refused_because
    from tied
    left join limits as limit_a
        on tied.tied_a is not null
        and tied.type_a = limit_a.identifier_type
        and tied.type_b = limit_a.other_type
    left join limits as limit_b
        on tied.tied_b is not null
        and tied.type_b = limit_b.identifier_type
        and tied.type_a = limit_b.other_type

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
        judged.tied_a,
        judged.tied_b,
        judged.refused_because,
        rules.rules,
        {{ batches(ref('identity_claims')) }}
    from judged
    cross join rules
    {%- if is_incremental() %}
    where judged.known_evidence_count is null
        or judged.evidence_count <> judged.known_evidence_count
        or judged.refused_because is distinct from judged.known_refused_because
        or judged.tied_a is distinct from judged.known_tied_a
        or judged.tied_b is distinct from judged.known_tied_b
        or judged.first_record_key <> judged.known_first_record_key
        or judged.last_seen_at is distinct from judged.known_last_seen_at
        or rules.rules <> judged.known_rules
    {%- endif %}

)

select * from final
