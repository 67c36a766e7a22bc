with sightings as (

    select * from {{ ref('identifier_sightings') }}

),

identifiers as (

    select * from {{ ref('identifiers') }}

),

identifier_persons as (

    select * from {{ ref('identifier_persons') }}

),

split_identifiers as (

    select distinct identifier_type, identifier_value
    from identifier_persons
    where person_count > 1

),

final as (

    select
        sightings.record_key || '>' || sightings.identifier_type as claim_id,
        sightings.record_key,
        sightings.source,
        identifiers.identifier_id,
        case
            when identifiers.blocked_because is not null then null
            when split_identifiers.identifier_value is null then identifiers.identifier_id
            else identifiers.identifier_id || '#' || identifier_persons.person_label
        end as identity_id,
        sightings.identifier_type,
        sightings.identifier_value,
        identifier_persons.person_label,
        identifiers.type_priority,
        sightings.seen_at,
        case
            when identifiers.blocked_because is not null then identifiers.blocked_because
            when split_identifiers.identifier_value is not null and identifier_persons.person_label is null
                then 'several people share it and the record names none'
        end as refused_because
    from sightings
    inner join identifiers
        on sightings.identifier_type = identifiers.identifier_type
        and sightings.identifier_value = identifiers.identifier_value
    left join split_identifiers
        on sightings.identifier_type = split_identifiers.identifier_type
        and sightings.identifier_value = split_identifiers.identifier_value
    left join identifier_persons
        on sightings.identifier_type = identifier_persons.identifier_type
        and sightings.identifier_value = identifier_persons.identifier_value
        and sightings.name_key = identifier_persons.name_key

)

select * from final
