{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='identifier_id',
    full_refresh=false,
    on_schema_change='sync_all_columns',
    index_superseded=false,
    indexes=[
        {'columns': ['identifier_id'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- What protection says of a value. A value that is seen again is not written for it, unless several names share it, of which
    the more frequent counts: whoever reads this table's batches works out anew what hangs on its values. -#}
{%- set ruled = "md5('" ~ var('identity_max_names', 12) ~ "' || coalesce((select string_agg(concat_ws(' ', listed.identifier_type, listed.pattern, listed.reason), ',' order by listed.identifier_type, listed.pattern) from "
    ~ ref('blocked_identifiers') ~ " as listed), ''))" -%}

with sightings as not materialized (

    select * from {{ ref('identifier_sightings') }}

),

blocked_identifiers as (

    select * from {{ ref('blocked_identifiers') }}

),

rules as materialized (

    select {{ ruled }} as rules

),

{%- if is_incremental() and not compares_all() %}

{#- Other patterns or another limit: every identifier is judged again. -#}
touched as (

    select identifier_id
    from sightings
    where {{ is_new_to_this() }}
    union
    select identifier_id
    from {{ this }}
    where (select known.rules from {{ this }} as known limit 1) is distinct from (select rules.rules from rules)

),

told as (

    {{ rows_of(ref('identifier_sightings'), 'identifier_id', 'touched') }}

),
{%- endif %}

seen as (

    select
        identifier_id,
        min(identifier_type) as identifier_type,
        min(identifier_value) as identifier_value,
        min(type_priority) as type_priority,
        bool_or(is_strong) as is_strong,
        count(distinct name_key) filter (where is_current) as name_count
    from {{ 'told' if is_incremental() and not compares_all() else 'sightings' }} as sightings
    group by identifier_id

),

{#- The patterns are few and the values distinct: each value is tried once. -#}
blocked as (

    select
        seen.identifier_id,
        min(blocked_identifiers.reason) as blocked_because
    from seen
    inner join blocked_identifiers
        on seen.identifier_type = blocked_identifiers.identifier_type
        and seen.identifier_value ~ blocked_identifiers.pattern
    group by seen.identifier_id

),

judged as (

    select
        seen.identifier_id,
        seen.identifier_type,
        seen.identifier_value,
        seen.type_priority,
        seen.is_strong,
        seen.name_count,
        case
            when blocked.blocked_because is not null then blocked.blocked_because
            when not seen.is_strong and seen.name_count > {{ var('identity_max_names', 12) }}
                then 'a hub: too many names share it'
        end as blocked_because,
        rules.rules
    from seen
    cross join rules
    left join blocked on seen.identifier_id = blocked.identifier_id

),
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'identifier_id', 'seen') }}

),
{%- endif %}

final as (

    select
        judged.*,
        {{ batches(ref('identifier_sightings')) }}
    from judged
    {%- if is_incremental() %}
    left join known on judged.identifier_id = known.identifier_id
    where {{ any_differs('judged', 'known', ['identifier_id', 'type_priority', 'is_strong', 'name_count', 'blocked_because', 'rules']) }}
        or (judged.name_count > 1 and not judged.is_strong)
    {%- endif %}

)

select * from final
