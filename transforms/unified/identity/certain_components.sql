{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='node',
    full_refresh=false,
    on_schema_change='sync_all_columns',
    index_superseded=false,
    indexes=[
        {'columns': ['node'], 'unique': True},
        {'columns': ['component']},
        {'columns': ['is_held']},
        {'columns': ['batch']}
    ]
) }}

{%- set edges = ref('identity_edges') -%}

{#- Union-find over all links, or over what something touched: a reach is what links tie, whatever gave way in it, so nothing
    outside can change it. Of touched reaches some become one as wholes (`reaches_met`), and of these only the nodes that lose
    their number are read; all others are united anew from their links. -#}
with nodes as not materialized (

    select * from {{ ref('identity_nodes') }}

),

links as not materialized (

    select * from {{ ref('identity_links') }}

),

apart as (

    select * from {{ ref('identities_apart') }}

),

{%- if is_incremental() and compares_all() %}

members as (

    select node from nodes

),
{%- elif is_incremental() %}

changed_edges as (

    select node_a, node_b, refused_because is null as is_link
    from {{ edges }}
    where {{ is_new_to_this() }}

),

changed_nodes as (

    select node, identity_id, is_current from nodes
    where {{ is_new_to_this('nodes', read='nodes_batch') }}

),

held_nodes as (

    select node from {{ this }}
    where is_held

),

{{ reaches_met() }},

{%- endif %}
{%- if is_incremental() %}

{#- The few that are looked at get numbers of their own: union-find makes arrays as long as the highest. -#}
numbered as (

    select
        nodes.node,
        (row_number() over (order by nodes.node))::integer as number,
        nodes.identity_id,
        nodes.is_current
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

    select node, node as number, identity_id, is_current from nodes

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
        {%- if is_incremental() %}
        case when numbered.is_current then coalesce(first_of_component.node, numbered.node) end as component,
        case when numbered.is_current then coalesce(first_of_reach.node, numbered.node) end as reach,
        {%- else %}
        case when numbered.is_current then coalesce(joined.component, numbered.node) end as component,
        case when numbered.is_current then coalesce(joined.reach, numbered.node) end as reach,
        {%- endif %}
        coalesce(joined.is_held, false) as is_held
    from numbered
    left join joined on numbered.number = joined.node
    {%- if is_incremental() %}
    left join numbered as first_of_component on joined.component = first_of_component.number
    left join numbered as first_of_reach on joined.reach = first_of_reach.number
    {%- endif %}

),

{%- set written %}
        {{ batches(edges) }},
        {{ newest_batch(ref('identity_nodes')) }} as nodes_batch
{%- endset %}
final as (

    select
        placed.*,
        {{- written }}
    from placed
    {%- if is_incremental() %}
    left join known on placed.node = known.node
    where known.node is null
        or placed.component is distinct from known.component
        or placed.reach is distinct from known.reach
        or placed.is_held <> known.is_held
    {%- endif %}
    {%- if is_incremental() and not compares_all() %}
    union all
    select
        settled.identity_id,
        settled.node,
        settled.component,
        settled.component as reach,
        false as is_held,
        {{- written }}
    from settled
    {%- endif %}

)

select * from final
