{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['identifier_id', 'name_key'],
    full_refresh=false,
    on_schema_change='sync_all_columns',
    meta={'erase': {'how': 'pseudonymise', 'names': ['name_key', 'person_label'], 'ended': 'not is_current'}},
    indexes=[
        {'columns': ['identifier_id', 'name_key'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- Families share a phone, couples a browser: where names that cannot be one person's meet at a phone, an email or a
    browser, the identifier is split, one part per person. Strong identifiers are never split. -#}
with sightings as not materialized (

    select * from {{ ref('identifier_sightings') }}
    where is_current

),

identifiers as not materialized (

    select * from {{ ref('identifiers') }}

),

{%- if is_incremental() %}

{#- Where nothing is shared yet, nothing can cease to be. -#}
touched as (

    select * from identifiers
    where {{ is_new_to_this() }}
        and not is_strong
        and (name_count > 1 or exists (select 1 from {{ this }}))

),

known as (

    {{ rows_of(this, 'identifier_id', 'touched') }}

),
{%- endif %}

shared as (

    select identifier_id, identifier_type, identifier_value
    from {{ 'touched' if is_incremental() else 'identifiers' }}
    where not is_strong
        and blocked_because is null
        and name_count > 1

),

{%- if is_incremental() %}

told as (

    {{ rows_of('sightings', 'identifier_id', 'shared') }}

),
{%- endif %}

names as (

    select
        shared.identifier_id,
        shared.identifier_type,
        shared.identifier_value,
        sightings.name_key,
        count(*) as sighting_count
    from {{ 'told' if is_incremental() else 'sightings' }} as sightings
    inner join shared on sightings.identifier_id = shared.identifier_id
    where sightings.name_key is not null
    group by 1, 2, 3, 4

),

{#- Each name, and the longest name compatible with it there. -#}
labelled as (

    select distinct on (names.identifier_id, names.name_key)
        names.identifier_id,
        names.identifier_type,
        names.identifier_value,
        names.name_key,
        others.name_key as person_label
    from names
    inner join names as others
        on names.identifier_id = others.identifier_id
        and {{ names_compatible('names.name_key', 'others.name_key') }}
    order by
        names.identifier_id,
        names.name_key,
        array_length(string_to_array(others.name_key, ' '), 1) desc,
        others.sighting_count desc,
        others.name_key

),

{#- "nguyen an" stands under "nguyen van an"; follow one step more, so that a label is its own label. -#}
settled as (

    select
        labelled.identifier_id,
        labelled.identifier_type,
        labelled.identifier_value,
        labelled.name_key,
        coalesce(next_step.person_label, labelled.person_label) as person_label
    from labelled
    left join labelled as next_step
        on labelled.identifier_id = next_step.identifier_id
        and labelled.person_label = next_step.name_key

),

counted as (

    select
        settled.identifier_id,
        settled.identifier_type,
        settled.identifier_value,
        settled.name_key,
        settled.person_label,
        count(*) over (partition by settled.identifier_id) as name_count,
        dense_rank() over (
            partition by settled.identifier_id
            order by settled.person_label
        ) + dense_rank() over (
            partition by settled.identifier_id
            order by settled.person_label desc
        ) - 1 as person_count
    from settled

),

final as (

    select
        counted.*,
        true as is_current,
        {{ batches(ref('identifiers')) }}
    from counted
    {%- if is_incremental() %}
    left join known
        on counted.identifier_id = known.identifier_id
        and counted.name_key = known.name_key
    where known.is_current is not true
        or {{ any_differs('counted', 'known', ['person_label', 'name_count', 'person_count']) }}
    union all
    -- names that were seen there and are no longer
    select
        known.identifier_id,
        known.identifier_type,
        known.identifier_value,
        known.name_key,
        known.person_label,
        known.name_count,
        known.person_count,
        false as is_current,
        {{ batches(ref('identifiers')) }}
    from known
    where known.is_current
        and not exists (
            select 1 from settled
            where settled.identifier_id = known.identifier_id
                and settled.name_key = known.name_key
        )
    {%- endif %}

)

select * from final
