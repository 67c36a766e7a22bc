{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='identity_id',
    full_refresh=false,
    meta={'erase': {'how': 'pseudonymise', 'names': ['person_label']}},
    indexes=[
        {'columns': ['identity_id'], 'unique': True},
        {'columns': ['node'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

with claims as not materialized (

    select * from {{ ref('identity_claims') }}

),

{%- if is_incremental() %}

touched as (

    select distinct identity_id from claims
    where {{ is_new_to_this() }}

),

told as (

    {{ rows_of('claims', 'identity_id', 'touched') }}

),

known as (

    {{ rows_of(this, 'identity_id', 'touched') }}

),
{%- endif %}

seen as (

    select
        identity_id,
        min(identifier_type) as identifier_type,
        min(identifier_value) as identifier_value,
        min(identifier_id) as identifier_id,
        min(person_label) filter (where refused_because is null) as person_label,
        min(type_priority) as type_priority,
        count(*) filter (where refused_because is null) as evidence_count,
        (array_agg(source order by seen_at, record_key) filter (where refused_because is null))[1] as source,
        min(seen_at) filter (where refused_because is null) as first_seen_at,
        max(seen_at) filter (where refused_because is null) as last_seen_at
    from {{ 'told' if is_incremental() else 'claims' }} as claims
    group by identity_id

),

{#- Dense integers, in order of first sight within what arrived together, and for ever: union-find works on an array of
    them. What no record claims any more keeps its number, without evidence. -#}
final as (

    select
        seen.identity_id,
        {%- if is_incremental() %}
        coalesce(
            known.node,
            (select max(node) from {{ this }})
            + row_number() over (
                order by known.node is not null, seen.evidence_count = 0, seen.first_seen_at, seen.type_priority, seen.identity_id
            )
        )::integer as node,
        {%- else %}
        (row_number() over (order by seen.first_seen_at, seen.type_priority, seen.identity_id))::integer as node,
        {%- endif %}
        seen.identifier_id,
        seen.identifier_type,
        seen.identifier_value,
        seen.person_label,
        seen.type_priority,
        seen.evidence_count,
        seen.source,
        seen.first_seen_at,
        seen.last_seen_at,
        {{ batches(ref('identity_claims')) }}
    from seen
    {%- if is_incremental() %}
    left join known on seen.identity_id = known.identity_id
    where known.node is not null or seen.evidence_count > 0
    {%- else %}
    where seen.evidence_count > 0
    {%- endif %}

)

select * from final
