with nodes as (

    select * from {{ ref('identity_nodes') }}

),

links as (

    select
        array_agg(a order by strength, weakness, a, b) as a,
        array_agg(b order by strength, weakness, a, b) as b
    from {{ ref('identity_links') }}

),

apart as (

    select
        coalesce(array_agg(a order by a, b), '{}') as a,
        coalesce(array_agg(b order by a, b), '{}') as b
    from {{ ref('identities_apart') }}

),

components as (

    select joined.node, joined.component
    from links
    cross join apart
    cross join lateral {{ var('functions_schema', 'functions') }}.components(
        links.a, links.b, apart.a, apart.b, {{ var('identity_max_component', 200) }}
    ) as joined

),

final as (

    select
        nodes.identity_id,
        nodes.node,
        nodes.first_seen_at,
        coalesce(components.component, nodes.node) as component
    from nodes
    left join components on nodes.node = components.node

)

select * from final
