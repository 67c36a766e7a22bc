with nodes as (

    select * from {{ ref('identity_nodes') }}

),

components as (

    select node, component
    from {{ var('functions_schema', 'functions') }}.components(
        '{{ ref("identity_links") }}'::regclass,
        '{{ ref("identities_apart") }}'::regclass,
        {{ var('identity_max_component', 200) }}
    )

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
