{#- Identities seen together in one record are tied: each of a record's identities to its strongest one. An edge is
    never deleted; one that protection refuses stays here with the reason. -#}
with claims as (

    select * from {{ ref('identity_claims') }}
    where identity_id is not null

),

nodes as (

    select * from {{ ref('identity_nodes') }}

),

limits as (

    select * from {{ ref('identity_limits') }}

),

strongest as (

    select distinct on (record_key)
        record_key,
        identity_id,
        type_priority
    from claims
    order by record_key, type_priority, identity_id

),

pairs as (

    select
        strongest.identity_id as identity_a,
        claims.identity_id as identity_b,
        max(claims.type_priority) as strength,
        count(*) as evidence_count,
        array_agg(distinct claims.source) as sources,
        (array_agg(claims.record_key order by claims.seen_at, claims.record_key))[1] as first_record_key,
        min(claims.seen_at) as first_seen_at,
        max(claims.seen_at) as last_seen_at
    from strongest
    inner join claims
        on strongest.record_key = claims.record_key
        and strongest.identity_id <> claims.identity_id
    group by strongest.identity_id, claims.identity_id

),

edges as (

    select
        pairs.*,
        a.node as node_a,
        a.identifier_type as type_a,
        b.node as node_b,
        b.identifier_type as type_b
    from pairs
    inner join nodes as a on pairs.identity_a = a.identity_id
    inner join nodes as b on pairs.identity_b = b.identity_id

),

{#- A value that ties more of one kind than a person has (accounts to a cookie, cards to a phone) ties none of it. -#}
ends as (

    select identity_a as identity_id, type_a as own_type, type_b as other_type, identity_b as other_id
    from edges
    union
    select identity_b, type_b, type_a, identity_a
    from edges

),

hubs as (

    select
        ends.identity_id,
        ends.other_type,
        count(*) as tied_count,
        max(limits.max_tied) as max_tied
    from ends
    inner join limits
        on ends.own_type = limits.identifier_type
        and ends.other_type = limits.other_type
    group by ends.identity_id, ends.other_type
    having count(*) > max(limits.max_tied)

),

final as (

    select
        edges.identity_a || ' ~ ' || edges.identity_b as edge_id,
        edges.identity_a,
        edges.identity_b,
        edges.node_a,
        edges.node_b,
        edges.strength,
        edges.evidence_count,
        edges.sources,
        edges.first_record_key,
        edges.first_seen_at,
        edges.last_seen_at,
        case
            when coalesce(hub_a.tied_count, hub_b.tied_count) is not null
                then 'a hub: ties ' || coalesce(hub_a.tied_count, hub_b.tied_count)
                    || ' of a kind of which a person has at most '
                    || coalesce(hub_a.max_tied, hub_b.max_tied)
        end as refused_because
    from edges
    left join hubs as hub_a
        on edges.identity_a = hub_a.identity_id
        and edges.type_b = hub_a.other_type
    left join hubs as hub_b
        on edges.identity_b = hub_b.identity_id
        and edges.type_a = hub_b.other_type

)

select * from final
