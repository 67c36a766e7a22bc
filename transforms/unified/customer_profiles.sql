{{ config(indexes=[{'columns': ['customer_id', 'field'], 'unique': True}]) }}

{#- Survivorship, field by field: values nobody else shares first, then the source believed most (field_priorities),
    then completeness (a full name with accents before a short one in capitals), then recency. -#}
with told as (

    select * from {{ ref('profile_values') }}

),

priorities as (

    select * from {{ ref('field_priorities') }}

),

shared as (

    select distinct identifier_type, identifier_value
    from {{ ref('identities') }}
    where is_shared

),

blocked as (

    select identifier_type, identifier_value
    from {{ ref('identifiers') }}
    where blocked_because is not null

),

ranked as (

    select
        told.*,
        coalesce(priorities.priority, 99) as priority,
        shared.identifier_value is not null as is_shared,
        case
            when told.field <> 'full_name' then 0
            else
                2 * least(array_length(string_to_array(told.value, ' '), 1), 4)
                + (told.value ~ '[^ -~]')::integer
                + 2 * (told.value <> upper(told.value) and told.value <> lower(told.value))::integer
        end as completeness
    from told
    left join priorities
        on told.source = priorities.source
        and case when told.field like 'birth%' then 'birth' else told.field end = priorities.field
    left join shared
        on told.field = shared.identifier_type
        and told.value = shared.identifier_value
    left join blocked
        on told.field = blocked.identifier_type
        and told.value = blocked.identifier_value
    where blocked.identifier_value is null

),

final as (

    select distinct on (customer_id, field)
        customer_id,
        field,
        value,
        source,
        told_count,
        first_told_at,
        last_told_at,
        count(*) over (partition by customer_id, field)::integer as candidate_count
    from ranked
    order by
        customer_id,
        field,
        is_shared,
        case when field = 'full_name' then -completeness else priority end,
        priority,
        last_told_at desc,
        told_count desc,
        value

)

select * from final
