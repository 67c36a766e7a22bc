{#- In an increment of `certain_components`: CTEs from `labelled` to `settled`, over `changed_edges`, `changed_nodes`, `held_nodes`
    and `apart`. A reach is what links tie, whatever gave way in it. Where links came and nothing gave way or was told apart,
    reaches become one as wholes: `settled` are the nodes of which that says something else. `members` are those of all
    other touched reaches, which are united anew from their links.
    Where nothing gave way a reach is a component, by which it is found; all nodes in which something did are touched. -#}
{% macro reaches_met() -%}
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

{#- What is new stands alone until a link ties it. `distinct` tells PostgreSQL that a node is one row: it would expect the joins
    of `ends` to find thousands of millions, and make a hash of 32 MB for each. -#}
labelled as materialized (

    select distinct on (touched.node)
        touched.node,
        known.component,
        coalesce(known.reach, touched.node) as reach
    from touched
    left join known_of_touched as known on touched.node = known.node
    order by touched.node

),

ends as materialized (

    select
        changed_edges.is_link,
        a.reach as a,
        b.reach as b
    from changed_edges
    inner join labelled as a on changed_edges.node_a = a.node
    inner join labelled as b on changed_edges.node_b = b.node

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
        from (select distinct a, b from ends where is_link and a <> b) as meetings
    ) as links
    cross join lateral (values (true, links.a), (false, links.b)) as sides (is_a, reach)

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

    select component as reach, count(*) as size
    from {{ this }}
    where component = {{ any_of('meeting', 'reach') }}
    group by component

),

{#- Reaches of which a link may be gone, in which something gave way or was told apart, or that become too large. -#}
unsettled as materialized (

    select root
    from rooted
    where reach in (
        select a from ends
        where not is_link
            and a = b
        union all
        select labelled.reach
        from labelled
        where labelled.node in (
            select node from changed_nodes where not is_current
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
    where component = {{ any_of('touched_reaches', 'reach') }}
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

    -- what came
    select
        changed_nodes.identity_id,
        changed_nodes.node,
        rooted.root as component
    from changed_nodes
    inner join labelled on changed_nodes.node = labelled.node
    inner join rooted on labelled.reach = rooted.reach
    left join unsettled on rooted.root = unsettled.root
    where unsettled.root is null
        and labelled.component is distinct from rooted.root
    union all
    select
        known.identity_id,
        known.node,
        renamed.root
    from ({{ rows_of(this, 'component', 'renamed', 'reach') }}) as known
    inner join renamed on known.component = renamed.reach
    where not exists (select 1 from changed_nodes where changed_nodes.node = known.node)

)
{%- endmacro %}
