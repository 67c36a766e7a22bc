with claims as (

    select * from {{ ref('identity_claims') }}
    where identity_id is not null

),

nodes as (

    select
        identity_id,
        identifier_type,
        identifier_value,
        min(identifier_id) as identifier_id,
        min(person_label) as person_label,
        min(type_priority) as type_priority,
        count(*) as evidence_count,
        (array_agg(source order by seen_at, record_key))[1] as source,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from claims
    group by identity_id, identifier_type, identifier_value

),

{#- Dense integers in order of first sight: union-find works on an array of them, and the lowest node of a component
    is the identity that was seen first. -#}
final as (

    select
        identity_id,
        (row_number() over (order by first_seen_at, type_priority, identity_id))::integer as node,
        identifier_id,
        identifier_type,
        identifier_value,
        person_label,
        type_priority,
        evidence_count,
        source,
        first_seen_at,
        last_seen_at
    from nodes

)

select * from final
