{#- Of every identifier that was seen with several names: each name, and the longest name compatible with it there. -#}
with sightings as (

    select * from {{ ref('identifier_sightings') }}

),

identifiers as (

    select * from {{ ref('identifiers') }}

),

shared as (

    select identifier_type, identifier_value
    from identifiers
    where not is_strong
        and blocked_because is null
        and name_count > 1

),

names as (

    select
        sightings.identifier_type,
        sightings.identifier_value,
        sightings.name_key,
        count(*) as sighting_count
    from sightings
    inner join shared
        on sightings.identifier_type = shared.identifier_type
        and sightings.identifier_value = shared.identifier_value
    where sightings.name_key is not null
    group by 1, 2, 3

),

final as (

    select distinct on (names.identifier_type, names.identifier_value, names.name_key)
        names.identifier_type,
        names.identifier_value,
        names.name_key,
        others.name_key as person_label
    from names
    inner join names as others
        on names.identifier_type = others.identifier_type
        and names.identifier_value = others.identifier_value
        and {{ names_compatible('names.name_key', 'others.name_key') }}
    order by
        names.identifier_type,
        names.identifier_value,
        names.name_key,
        array_length(string_to_array(others.name_key, ' '), 1) desc,
        others.sighting_count desc,
        others.name_key

)

select * from final
