{#- Families share a phone, couples a browser: where names that cannot be one person's meet at a phone, an email or a
    browser, the identifier is split, one part per person. Strong identifiers are never split. -#}
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

{#- The longest compatible name stands for the person. -#}
labelled as (

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

),

{#- "nguyen an" stands under "nguyen van an"; follow one step more, so that a label is its own label. -#}
settled as (

    select
        labelled.identifier_type,
        labelled.identifier_value,
        labelled.name_key,
        coalesce(next_step.person_label, labelled.person_label) as person_label
    from labelled
    left join labelled as next_step
        on labelled.identifier_type = next_step.identifier_type
        and labelled.identifier_value = next_step.identifier_value
        and labelled.person_label = next_step.name_key

),

final as (

    select
        settled.identifier_type,
        settled.identifier_value,
        settled.name_key,
        settled.person_label,
        count(*) over (
            partition by settled.identifier_type, settled.identifier_value
        ) as name_count,
        dense_rank() over (
            partition by settled.identifier_type, settled.identifier_value
            order by settled.person_label
        ) + dense_rank() over (
            partition by settled.identifier_type, settled.identifier_value
            order by settled.person_label desc
        ) - 1 as person_count
    from settled

)

select * from final
