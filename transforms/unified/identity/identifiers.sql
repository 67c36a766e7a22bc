with sightings as (

    select * from {{ ref('identifier_sightings') }}

),

blocked_identifiers as (

    select * from {{ ref('blocked_identifiers') }}

),

counted as (

    select
        identifier_type,
        identifier_value,
        min(type_priority) as type_priority,
        bool_or(is_strong) as is_strong,
        count(*) as sighting_count,
        count(distinct name_key) as name_count,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at,
        (array_agg(source order by seen_at, record_key))[1] as first_source
    from sightings
    group by identifier_type, identifier_value

),

{#- The patterns are few and the values distinct: each value is tried once. -#}
blocked as (

    select
        counted.identifier_type,
        counted.identifier_value,
        min(blocked_identifiers.reason) as blocked_because
    from counted
    inner join blocked_identifiers
        on counted.identifier_type = blocked_identifiers.identifier_type
        and counted.identifier_value ~ blocked_identifiers.pattern
    group by counted.identifier_type, counted.identifier_value

),

final as (

    select
        counted.identifier_type || ':' || counted.identifier_value as identifier_id,
        counted.identifier_type,
        counted.identifier_value,
        counted.type_priority,
        counted.is_strong,
        counted.sighting_count,
        counted.name_count,
        counted.first_source,
        counted.first_seen_at,
        counted.last_seen_at,
        case
            when blocked.blocked_because is not null then blocked.blocked_because
            when not counted.is_strong and counted.name_count > {{ var('identity_max_names', 12) }}
                then 'a hub: too many names share it'
        end as blocked_because
    from counted
    left join blocked
        on counted.identifier_type = blocked.identifier_type
        and counted.identifier_value = blocked.identifier_value

)

select * from final
