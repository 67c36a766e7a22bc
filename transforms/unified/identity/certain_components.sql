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

{#- Union-find over all links, or over what something touched: a reach is what links tie, whatever gave way in it, so nothing
    outside can change it. Where links came and nothing gave way or was told apart, reaches become one as wholes, and only
    the nodes of those that lose their number are read; all other touched reaches are united anew from their links. -#}
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

    select node, identity_id, first_seen_at, evidence_count from nodes
    where {{ is_new_to_this('nodes', read='nodes_batch') }}

),

held_nodes as (

    select node from {{ this }}
    where is_held

),

touched as (

    select node_a as node from changed_edges
    union
    select node_b from changed_edges
    union
    select node from changed_nodes
    union
    select a from apart
    union
    select b from apart
    union
    select node from held_nodes

),

known_of_touched as (

    {{ rows_of(this, 'node', 'touched') }}

),

{#- What is new stands alone until a link ties it. -#}
labelled as materialized (

    select
        touched.node,
        known.node is not null as is_known,
        known.component,
        known.first_seen_at,
        coalesce(known.reach, touched.node) as reach
    from touched
    left join known_of_touched as known on touched.node = known.node

),

meetings as materialized (

    select distinct
        a.reach as a,
        b.reach as b
    from changed_edges
    inner join labelled as a on changed_edges.node_a = a.node
    inner join labelled as b on changed_edges.node_b = b.node
    where changed_edges.is_link
        and a.reach <> b.reach

),

{#- Numbered without joins, of which PostgreSQL would expect millions of rows. -#}
meeting as materialized (

    select
        link,
        is_a,
        reach,
        dense_rank() over (order by reach)::integer as number
    from (
        select
            row_number() over (order by meetings.a, meetings.b) as link,
            meetings.a,
            meetings.b
        from meetings
    ) as links
    cross join lateral (values (true, links.a), (false, links.b)) as ends (is_a, reach)

),

met as materialized (

    select
        listed.reaches[united.node] as reach,
        listed.reaches[united.component] as root
    from (
        select
            array_agg(number order by link) filter (where is_a) as a,
            array_agg(number order by link) filter (where not is_a) as b,
            array(select distinct meeting.reach from meeting order by meeting.reach) as reaches
        from meeting
    ) as listed
    cross join lateral {{ var('functions_schema', 'functions') }}.components(
        listed.a, listed.b, '{}', '{}', 2147483647
    ) as united

),

rooted as materialized (

    select
        reaches.reach,
        coalesce(met.root, reaches.reach) as root
    from (select distinct reach from labelled) as reaches
    left join met on reaches.reach = met.reach

),

sizes as (

    select reach, count(*) as size
    from {{ this }}
    where reach = {{ any_of('meeting', 'reach') }}
    group by reach

),

{#- Reaches of which a link may be gone, in which something gave way or was told apart, or that become too large. -#}
unsettled as materialized (

    select root
    from rooted
    where reach in (
        select labelled.reach
        from labelled
        where labelled.node in (
            select node_a from changed_edges where not is_link
            union all
            select node_b from changed_edges where not is_link
            union all
            select node from changed_nodes where evidence_count = 0
            union all
            select a from apart
            union all
            select b from apart
            union all
            select node from held_nodes
        )
    )
    union
    select met.root
    from met
    left join sizes on met.reach = sizes.reach
    group by met.root
    having sum(coalesce(sizes.size, 1)) > {{ var('identity_max_component', 200) }}

),

touched_reaches as (

    select reach from rooted
    where root in (select unsettled.root from unsettled)

),

members as (

    select node from {{ this }}
    where reach = {{ any_of('touched_reaches', 'reach') }}
    union
    select node from labelled
    where reach in (select touched_reaches.reach from touched_reaches)

),

renamed as (

    select rooted.reach, rooted.root
    from rooted
    left join unsettled on rooted.root = unsettled.root
    where unsettled.root is null
        and rooted.reach <> rooted.root

),

settled as (

    -- what came, or is seen since another time
    select
        changed_nodes.identity_id,
        changed_nodes.node,
        changed_nodes.first_seen_at,
        rooted.root as component
    from changed_nodes
    inner join labelled on changed_nodes.node = labelled.node
    inner join rooted on labelled.reach = rooted.reach
    left join unsettled on rooted.root = unsettled.root
    where unsettled.root is null
        and (
            not labelled.is_known
            or labelled.component is distinct from rooted.root
            or changed_nodes.first_seen_at is distinct from labelled.first_seen_at
        )
    union all
    select
        known.identity_id,
        known.node,
        known.first_seen_at,
        renamed.root
    from ({{ rows_of(this, 'reach', 'renamed') }}) as known
    inner join renamed on known.reach = renamed.reach
    where not exists (select 1 from changed_nodes where changed_nodes.node = known.node)

),

{%- endif %}
{%- if is_incremental() %}

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
        or placed.first_seen_at is distinct from known.first_seen_at
    {%- endif %}
    {%- if is_incremental() and not compares_all() %}
    union all
    select
        settled.identity_id,
        settled.node,
        settled.first_seen_at,
        settled.component,
        settled.component as reach,
        false as is_held,
        {{- written }}
    from settled
    {%- endif %}

)

select * from final
