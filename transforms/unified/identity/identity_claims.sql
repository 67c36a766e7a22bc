{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['record_key', 'identity_id'],
    full_refresh=false,
    on_schema_change='sync_all_columns',
    meta={'erase': {'how': 'pseudonymise', 'names': ['person_label']}},
    index_superseded=false,
    indexes=[
        {'columns': ['record_key', 'identity_id'], 'unique': True},
        {'columns': ['identity_id']},
        {'columns': ['batch']}
    ]
) }}

{#- What each record says, identity by identity, and which of its identities it ties the others to: its strongest. A claim
    that protection refuses, or that its record makes no longer, stays with the reason. -#}
with sightings as not materialized (

    select * from {{ ref('identifier_sightings') }}
    where is_current

),

identifiers as not materialized (

    select * from {{ ref('identifiers') }}

),

persons as not materialized (

    select * from {{ ref('identifier_persons') }}
    where is_current

),

{%- if is_incremental() %}

{#- A record is judged anew when it tells something else, and when protection says something else of a value in it. -#}
judged_identifiers as (

    select identifier_id from identifiers
    where {{ is_new_to_this() }}
    union
    select identifier_id from {{ ref('identifier_persons') }}
    where {{ is_new_to_this(read='persons_batch') }}

),

judged_sightings as (

    {{ rows_of(ref('identifier_sightings'), 'identifier_id', 'judged_identifiers') }}

),

touched_records as (

    select record_key from {{ ref('identifier_sightings') }}
    where {{ is_new_to_this(read='sightings_batch') }}
    union
    select record_key from judged_sightings

),

told as (

    {{ rows_of('sightings', 'record_key', 'touched_records') }}

),

told_identifiers as (

    select distinct identifier_id from told

),

their_identifiers as (

    {{ rows_of('identifiers', 'identifier_id', 'told_identifiers') }}

),

their_persons as (

    {{ rows_of('persons', 'identifier_id', 'told_identifiers') }}

),

{#- A table built before rows said since when they are there has no `first_batch`: the name then means that of `before`. -#}
known as (

    select known.*
    from (select null::integer as first_batch) as before
    cross join lateral (
        select
            record_key, source, identifier_id, identity_id, identifier_type, identifier_value, person_label, type_priority,
            seen_at, refused_because, strongest_identity_id, first_batch
        from {{ this }} as found
        {{ expected_many() }}
        where found.record_key = {{ any_of('touched_records', 'record_key') }}
        offset 0
    ) as known

),
{%- else %}

told as not materialized (

    select * from sightings

),

their_identifiers as not materialized (

    select * from identifiers

),

their_persons as not materialized (

    select * from persons

),
{%- endif %}

split_identifiers as (

    select distinct identifier_id
    from their_persons
    where person_count > 1

),

judged as (

    select
        told.record_key,
        told.source,
        told.identifier_id,
        case
            when identifiers.blocked_because is null and split_identifiers.identifier_id is not null and persons.person_label is not null
                then told.identifier_id || '#' || persons.person_label
            else told.identifier_id
        end as identity_id,
        told.identifier_type,
        told.identifier_value,
        case when split_identifiers.identifier_id is not null then persons.person_label end as person_label,
        told.type_priority,
        told.seen_at,
        case
            when identifiers.blocked_because is not null then identifiers.blocked_because
            when split_identifiers.identifier_id is not null and persons.person_label is null
                then 'several people share it and the record names none'
        end as refused_because
    from told
    inner join their_identifiers as identifiers on told.identifier_id = identifiers.identifier_id
    left join split_identifiers on told.identifier_id = split_identifiers.identifier_id
    left join their_persons as persons
        on told.identifier_id = persons.identifier_id
        and told.name_key = persons.name_key

),

ranked as (

    select
        judged.*,
        case
            when refused_because is null then first_value(identity_id) over (
                partition by record_key, refused_because is null
                order by type_priority, identity_id
            )
        end as strongest_identity_id
    from judged

),

{%- set written %}
        {{ batches(ref('identifiers')) }},
        {{ newest_batch(ref('identifier_sightings')) }} as sightings_batch,
        {{ newest_batch(ref('identifier_persons')) }} as persons_batch
{%- endset %}
final as (

    select
        ranked.record_key,
        ranked.source,
        ranked.identifier_id,
        ranked.identity_id,
        ranked.identifier_type,
        ranked.identifier_value,
        ranked.person_label,
        ranked.type_priority,
        ranked.seen_at,
        ranked.refused_because,
        ranked.strongest_identity_id,
        {%- if is_incremental() %}
        case when known.record_key is null then {{ next_batch('1') }} else known.first_batch end as first_batch,
        {%- else %}
        {{ next_batch('1') }} as first_batch,
        {%- endif %}
        {{- written }}
    from ranked
    {%- if is_incremental() %}
    left join known
        on ranked.record_key = known.record_key
        and ranked.identity_id = known.identity_id
    where known.record_key is null
        or ranked.refused_because is distinct from known.refused_because
        or ranked.strongest_identity_id is distinct from known.strongest_identity_id
        or ranked.person_label is distinct from known.person_label
        or ranked.seen_at is distinct from known.seen_at
    union all
    select
        known.record_key,
        known.source,
        known.identifier_id,
        known.identity_id,
        known.identifier_type,
        known.identifier_value,
        known.person_label,
        known.type_priority,
        known.seen_at,
        'the record says so no longer' as refused_because,
        null as strongest_identity_id,
        known.first_batch,
        {{- written }}
    from known
    where known.refused_because is distinct from 'the record says so no longer'
        and not exists (
            select 1 from ranked
            where ranked.record_key = known.record_key
                and ranked.identity_id = known.identity_id
        )
    {%- endif %}

)

select * from final
