{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['record_id', 'component'],
    indexes=[
        {'columns': ['record_id', 'component'], 'unique': True},
        {'columns': ['component']},
        {'columns': ['batch']},
        {'columns': ['(md5(record_id) collate "C")']}
    ]
) }}

{#- The records that describe a person, field by field. The model's parameters are learnt from pairs of them: most people
    are described more than once, under one phone or email, and tell so how records of one person differ. A value that
    several people share says nothing here: nor one that protection blocks, nor one whose ties it refuses, being a hub.
    A record that left a component, or describes nobody any more, stays there as a row that says so. -#}
{%- set fields = ['birth_date', 'phone', 'email', 'province_name', 'sex'] -%}
{%- set records = [
    ('contacts', ref('stg_crm__contacts'), 'crm_id', 'contact_id', 'crm:contact:', fields),
    ('members', ref('stg_loyalty__members'), 'loyalty_no', 'member_no', 'loyalty:member:', fields | reject('equalto', 'province_name') | list),
    ('accounts', ref('stg_ecommerce__customers'), 'account', 'customer_id', 'ecommerce:account:', fields),
] -%}
{%- set component_rows = ref('certain_components') -%}
{%- set node_rows = ref('identity_nodes') -%}
{%- set edge_rows = ref('identity_edges') -%}
{%- set identifier_rows = ref('identifiers') -%}
{%- set sighting_rows = ref('identifier_sightings') -%}
{%- set person_rows = ref('identifier_persons') -%}
{%- set limit_rows = ref('identity_limits') -%}

with
{%- if is_incremental() %}

limits as (

    select * from {{ limit_rows }}
    where identifier_type in ('phone', 'email')

),

changed_edges as (

    select node_a, node_b, type_a, type_b from {{ edge_rows }}
    where batch > {{ last_read('edges_batch') }}
        and (type_a in ('phone', 'email') or type_b in ('phone', 'email'))

),

changed_ends as (

    select node_a as node from changed_edges
    inner join limits on type_a = limits.identifier_type and type_b = limits.other_type
    union
    select node_b from changed_edges
    inner join limits on type_b = limits.identifier_type and type_a = limits.other_type
    union
    -- other limits, of which some may be gone, have all edges written
    select ends.node
    from changed_edges
    cross join lateral (values (node_a), (node_b)) as ends (node)
    where {{ is_built_since(edge_rows, last_read('edges_batch')) }}

),

{#- Values of which it may be another question whether they are silent: an undivided identity has no label. -#}
changed_values as (

    select identifier_id from {{ node_rows }}
    where batch > {{ last_read('nodes_batch') }}
        and identifier_type in ('phone', 'email')
        and (person_label is not null or not is_current)
    union
    select identifier_id from {{ identifier_rows }}
    where batch > {{ last_read('identifiers_batch') }}
        and identifier_type in ('phone', 'email')
    union
    select ends.identifier_id from ({{ rows_of(node_rows, 'node', 'changed_ends') }}) as ends

),

their_sightings as (

    {{ rows_of(sighting_rows, 'identifier_id', 'changed_values') }}

),

changed_identities as (

    select identity_id from {{ component_rows }}
    where batch > {{ last_read('components_batch') }}

),

touched as (
    {%- for name, relation, identifier_type, key, record_key, own in records %}

    select '{{ identifier_type }}:' || {{ key }} as record_id from {{ relation }}
    where batch > {{ last_read(name ~ '_batch') }}
    union
    select identity_id from changed_identities
    where identity_id like '{{ identifier_type }}:%'
    union
    select '{{ identifier_type }}:' || substr(record_key, {{ record_key | length + 1 }}) from their_sightings
    where record_key like '{{ record_key }}%'
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}

),

touched_nodes as (

    {{ rows_of(node_rows, 'identity_id', 'touched', 'record_id') }}

),

components as (

    {{ rows_of(component_rows, 'node', 'touched_nodes') }}

),
    {%- for name, relation, identifier_type, key, record_key, own in records %}

touched_{{ name }} as (

    select substr(record_id, {{ identifier_type | length + 2 }}) as {{ key }} from touched
    where record_id like '{{ identifier_type }}:%'

),

their_{{ name }} as (

    {{ rows_of(relation, key, 'touched_' ~ name) }}

),
    {%- endfor %}
{%- else %}

components as (

    select * from {{ component_rows }}

),
{%- endif %}

told as (

    {%- for name, relation, identifier_type, key, record_key, own in records %}
    select
        components.identity_id as record_id,
        components.component,
        source_record.name_key,
        {%- for field in fields %}
        {{ 'source_record.' ~ field if field in own else 'null' }}::text as {{ field | replace('province_name', 'province') }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ 'their_' ~ name if is_incremental() else relation }} as source_record
    inner join components on components.identity_id = '{{ identifier_type }}:' || source_record.{{ key }}
    where components.component is not null
        and source_record.name_key ~ '[^ ]'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),
{%- if is_incremental() %}

values_told as (

    select 'phone:' || phone as identifier_id from told
    union
    select 'email:' || email from told

),

persons as (

    select distinct identifier_id || '#' || person_label as identity_id
    from ({{ rows_of(person_rows, 'identifier_id', 'values_told') }}) as persons

),

identities_told as (

    select identifier_id as identity_id from values_told
    union
    select identity_id from persons

),

nodes as (

    {{ rows_of(node_rows, 'identity_id', 'identities_told') }}

),

identifiers as (

    {{ rows_of(identifier_rows, 'identifier_id', 'values_told') }}

),

hubs as (

    select node_a as node from ({{ rows_of(edge_rows, 'node_a', 'nodes', 'node') }}) as from_a
    where tied_a is not null and evidence_count > 0
    union
    select node_b from ({{ rows_of(edge_rows, 'node_b', 'nodes', 'node') }}) as from_b
    where tied_b is not null and evidence_count > 0

),
{%- else %}

nodes as not materialized (

    select * from {{ node_rows }}

),

identifiers as not materialized (

    select * from {{ identifier_rows }}

),

{#- Ends that have too many ties. -#}
hubs as (

    select node_a as node from {{ edge_rows }}
    where tied_a is not null and evidence_count > 0 and type_a in ('phone', 'email')
    union
    select node_b from {{ edge_rows }}
    where tied_b is not null and evidence_count > 0 and type_b in ('phone', 'email')

),
{%- endif %}

silent as (

    select identifier_type, identifier_value
    from nodes
    where person_label is not null
        and is_current
    union
    select identifier_type, identifier_value
    from identifiers
    where blocked_because is not null
    union
    select nodes.identifier_type, nodes.identifier_value
    from hubs
    inner join nodes on hubs.node = nodes.node

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

    {{ rows_of(this, 'record_id', 'touched') }}

),
{%- endif %}

{%- set said = ['name_key', 'birth_date', 'phone', 'email', 'province', 'sex'] %}
{%- set written %}
        {{ next_batch(match_batch()) }} as batch,
        {%- for name, relation, identifier_type, key, record_key, own in records %}
        {{ newest_batch(relation) }} as {{ name }}_batch,
        {%- endfor %}
        {{ newest_batch(component_rows) }} as components_batch,
        {{ newest_batch(node_rows) }} as nodes_batch,
        {{ newest_batch(identifier_rows) }} as identifiers_batch,
        {{ newest_batch(edge_rows) }} as edges_batch
{%- endset %}
final as (

    select
        heard.*,
        (
            select string_agg(word, ' ' order by word)
            from unnest(string_to_array(heard.name_key, ' ')) as words (word)
        ) as name_words,
        true as is_current,
        {{- written }}
    from heard
    {%- if is_incremental() %}
    left join known on heard.record_id = known.record_id and heard.component = known.component
    where known.is_current is not true
        or {{ any_differs('heard', 'known', said) }}
    union all
    select
        known.record_id,
        known.component,
        {%- for field in said %}
        null,
        {%- endfor %}
        null,
        false,
        {{- written }}
    from known
    where known.is_current
        and not exists (
            select 1 from heard
            where heard.record_id = known.record_id and heard.component = known.component
        )
    {%- endif %}

)

select * from final
