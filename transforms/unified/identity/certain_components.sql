{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='node',
    full_refresh=false,
    indexes=[
        {'columns': ['node'], 'unique': True},
        {'columns': ['reach']},
        {'columns': ['component']},
        {'columns': ['is_held']},
        {'columns': ['batch']}
    ]
) }}

{%- set edges = ref('identity_edges') -%}

{#- Union-find over all links, or over those of the reaches that something touched: a reach is what links tie, whatever
    gave way in it, so nothing outside can change it. -#}
with nodes as not materialized (

    select * from {{ ref('identity_nodes') }}

),

links as not materialized (

    select * from {{ ref('identity_links') }}

),

apart as (

    select * from {{ ref('identities_apart') }}

),

{%- if is_incremental() %}

changed_edges as (

    select node_a, node_b
    from {{ edges }}
    where {{ is_new_to_this() }}

),

changed_nodes as (

    select node, evidence_count from nodes
    where {{ is_new_to_this('nodes', read='nodes_batch') }}

),

known_of_changed as (

    {{ rows_of(this, 'node', 'changed_nodes') }}

),

touched as (

    select node_a as node from changed_edges
    union
    select node_b from changed_edges
    union
    select changed_nodes.node
    from changed_nodes
    left join known_of_changed as known on changed_nodes.node = known.node
    where known.node is null
        or (known.component is null) <> (changed_nodes.evidence_count = 0)
    union
    select a from apart
    union
    select b from apart
    union
    select node from {{ this }}
    where is_held

),

touched_reaches as (

    select distinct reach from {{ this }}
    where node = {{ any_of('touched', 'node') }}

),

members as (

    select node from {{ this }}
    where reach = {{ any_of('touched_reaches', 'reach') }}
    union
    select node from touched

),

{#- The few that are looked at get numbers of their own: union-find makes arrays as long as the highest. -#}
numbered as (

    select
        nodes.node,
        (row_number() over (order by nodes.node))::integer as number,
        nodes.identity_id,
        nodes.first_seen_at,
        nodes.evidence_count
    from ({{ rows_of('nodes', 'node', 'members') }}) as nodes

),

ordered as (

    select
        a.number as a,
        b.number as b,
        links.strength,
        links.weakness,
        links.first_seen_at,
        links.first_record_key
    from ({{ rows_of('links', 'a', 'members', 'node') }}) as links
    inner join numbered as a on links.a = a.node
    inner join numbered as b on links.b = b.node

),

known as (

    {{ rows_of(this, 'node', 'members') }}

),

kept_apart as (

    select a.number as a, b.number as b
    from apart
    inner join numbered as a on apart.a = a.node
    inner join numbered as b on apart.b = b.node

),
{%- else %}

numbered as not materialized (

    select node, node as number, identity_id, first_seen_at, evidence_count from nodes

),

ordered as not materialized (

    select * from links

),

kept_apart as (

    select a, b from apart

),
{%- endif %}

edges as (

    select
        coalesce(array_agg(a order by strength, weakness, first_seen_at, first_record_key, b), '{}') as a,
        coalesce(array_agg(b order by strength, weakness, first_seen_at, first_record_key, b), '{}') as b
    from ordered

),

pairs_apart as (

    select
        coalesce(array_agg(a order by a, b), '{}') as a,
        coalesce(array_agg(b order by a, b), '{}') as b
    from kept_apart

),

joined as (

    select united.*
    from edges
    cross join pairs_apart
    cross join lateral {{ var('functions_schema', 'functions') }}.components(
        edges.a, edges.b, pairs_apart.a, pairs_apart.b, {{ var('identity_max_component', 200) }}
    ) as united

),

placed as (

    select
        numbered.identity_id,
        numbered.node,
        numbered.first_seen_at,
        {%- if is_incremental() %}
        case when numbered.evidence_count > 0 then coalesce(first_of_component.node, numbered.node) end as component,
        case when numbered.evidence_count > 0 then coalesce(first_of_reach.node, numbered.node) end as reach,
        {%- else %}
        case when numbered.evidence_count > 0 then coalesce(joined.component, numbered.node) end as component,
        case when numbered.evidence_count > 0 then coalesce(joined.reach, numbered.node) end as reach,
        {%- endif %}
        coalesce(joined.is_held, false) as is_held
    from numbered
    left join joined on numbered.number = joined.node
    {%- if is_incremental() %}
    left join numbered as first_of_component on joined.component = first_of_component.number
    left join numbered as first_of_reach on joined.reach = first_of_reach.number
    {%- endif %}

),

final as (

    select
        placed.*,
        {{ batches(edges) }},
        {{ newest_batch(ref('identity_nodes')) }} as nodes_batch
    from placed
    {%- if is_incremental() %}
    left join known on placed.node = known.node
    where known.node is null
        or placed.component is distinct from known.component
        or placed.reach is distinct from known.reach
        or placed.is_held <> known.is_held
        or placed.first_seen_at is distinct from known.first_seen_at
    {%- endif %}

)

select * from final
