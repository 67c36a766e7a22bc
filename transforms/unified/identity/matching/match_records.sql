{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='record_id',
    gone_when='batch is null',
    indexes=[
        {'columns': ['record_id'], 'unique': True},
        {'columns': ['component']},
        {'columns': ['batch']}
    ]
) }}

{#- The records that describe a person, field by field. The model's parameters are learnt from pairs of them: most people
    are described more than once, under one phone or email, and tell so how records of one person differ. A value that
    several people share says nothing here: nor one that protection blocks, nor one whose ties it refuses, being a hub. -#}
{%- set records = [
    ('stg_crm__contacts', 'crm_id', 'contact_id', ['birth_date', 'phone', 'email', 'province_name', 'sex']),
    ('stg_loyalty__members', 'loyalty_no', 'member_no', ['birth_date', 'phone', 'email', 'sex']),
    ('stg_ecommerce__customers', 'account', 'customer_id', ['birth_date', 'phone', 'email', 'province_name', 'sex']),
] -%}

with components as (

    select * from {{ ref('certain_components') }}

),

{#- Of a refused tie that end is the hub which has too many of them. -#}
hubs as (

    select ends.node
    from (
        select node_a as node, type_a as own_type, type_b as other_type
        from {{ ref('identity_edges') }}
        where refused_because is not null and evidence_count > 0
        union all
        select node_b, type_b, type_a
        from {{ ref('identity_edges') }}
        where refused_because is not null and evidence_count > 0
    ) as ends
    inner join {{ ref('identity_limits') }} as limits
        on ends.own_type = limits.identifier_type
        and ends.other_type = limits.other_type
    where ends.own_type in ('phone', 'email')
    group by ends.node, ends.other_type
    having count(*) > max(limits.max_tied)

),

silent as (

    select identifier_type, identifier_value
    from {{ ref('identity_nodes') }}
    where person_label is not null
        and evidence_count > 0
    union
    select identifier_type, identifier_value
    from {{ ref('identifiers') }}
    where blocked_because is not null
    union
    select nodes.identifier_type, nodes.identifier_value
    from hubs
    inner join {{ ref('identity_nodes') }} as nodes on hubs.node = nodes.node

),

told as (

    {%- for relation, identifier_type, key, fields in records %}
    select
        components.identity_id as record_id,
        components.component,
        source_record.name_key,
        {%- for field in ['birth_date', 'phone', 'email', 'province_name', 'sex'] %}
        {{ 'source_record.' ~ field if field in fields else 'null' }}::text as {{ field | replace('province_name', 'province') }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(relation) }} as source_record
    inner join components on components.identity_id = '{{ identifier_type }}:' || source_record.{{ key }}
    where components.component is not null
        and source_record.name_key ~ '[^ ]'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

heard as (

    select
        told.record_id,
        told.component,
        told.name_key,
        told.birth_date,
        {%- for identifier_type in ['phone', 'email'] %}
        case when silent_{{ identifier_type }}s.identifier_value is null then told.{{ identifier_type }} end as {{ identifier_type }},
        {%- endfor %}
        told.province,
        told.sex
    from told
    {%- for identifier_type in ['phone', 'email'] %}
    left join silent as silent_{{ identifier_type }}s
        on silent_{{ identifier_type }}s.identifier_type = '{{ identifier_type }}'
        and told.{{ identifier_type }} = silent_{{ identifier_type }}s.identifier_value
    {%- endfor %}

),
{%- if is_incremental() %}

known as (

    select * from {{ this }}

),
{%- endif %}

final as (

    select
        heard.*,
        (
            select string_agg(word, ' ' order by word)
            from unnest(string_to_array(heard.name_key, ' ')) as words (word)
        ) as name_words,
        {{ next_batch(match_batch()) }} as batch
    from heard
    {%- if is_incremental() %}
    left join known on heard.record_id = known.record_id
    where known.record_id is null
        or (heard.component, heard.name_key) <> (known.component, known.name_key)
        {%- for field in ['birth_date', 'phone', 'email', 'province', 'sex'] %}
        or heard.{{ field }} is distinct from known.{{ field }}
        {%- endfor %}
    union all
    select known.record_id, null, null, null, null, null, null, null, null, null
    from known
    where not exists (select 1 from heard where heard.record_id = known.record_id)
    {%- endif %}

)

select * from final
