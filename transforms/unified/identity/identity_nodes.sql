{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='identity_id',
    full_refresh=false,
    on_schema_change='sync_all_columns',
    meta={'erase': {'how': 'pseudonymise', 'names': ['person_label']}},
    index_superseded=false,
    indexes=[
        {'columns': ['identity_id'], 'unique': True},
        {'columns': ['node'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- Every identity's number. What is seen again is not written for it: `identities` counts the evidence. -#}
with claims as not materialized (

    select * from {{ ref('identity_claims') }}

),

{%- if is_incremental() %}

fresh as not materialized (

    select * from claims
    where {{ is_new_to_this(read='claims_batch') }}

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
        bool_or(refused_because is null) as is_claimed,
        min(seen_at) filter (where refused_because is null) as first_seen_at
    {%- if is_incremental() %}
    from fresh
    {%- else %}
    from claims
    where refused_because is null
    {%- endif %}
    group by identity_id

),

{%- if is_incremental() %}

{#- A table that counted evidence has no `is_current`: the name then means that of `before`, and every row is written anew. -#}
known as (

    select known.*
    from (select null::boolean as is_current) as before
    cross join lateral (
        select identity_id, node, type_priority, is_current
        from {{ this }} as found
        {{ expected_many() }}
        where found.identity_id = {{ any_of('seen', 'identity_id') }}
        offset 0
    ) as known

),

{#- Of those that only lose a claim here, others may speak. -#}
doubted as (

    select known.identity_id
    from known
    inner join seen on known.identity_id = seen.identity_id
    where known.is_current
        and not seen.is_claimed

),

still_claimed as (

    select distinct identity_id
    from ({{ rows_of('claims', 'identity_id', 'doubted') }}) as claims
    where refused_because is null

),
{%- endif %}

{#- Dense integers, in order of first sight within what arrived together, and for ever: union-find works on an array of
    them. What no record claims any more keeps its number. -#}
final as (

    select
        seen.identity_id,
        {%- if is_incremental() %}
        coalesce(
            known.node,
            (select max(node) from {{ this }})
            + row_number() over (
                order by known.node is not null, seen.first_seen_at, seen.type_priority, seen.identity_id
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
        seen.is_claimed as is_current,
        {{ next_batch('1') }} as batch,
        {{ newest_batch(ref('identity_claims')) }} as claims_batch
    from seen
    {%- if is_incremental() %}
    left join known on seen.identity_id = known.identity_id
    left join still_claimed on seen.identity_id = still_claimed.identity_id
    where still_claimed.identity_id is null
        and (
            seen.is_claimed <> coalesce(known.is_current, false)
            {%- if compares_all() %}
            or seen.type_priority <> known.type_priority
            {%- endif %}
        )
    {%- endif %}

)

select * from final
