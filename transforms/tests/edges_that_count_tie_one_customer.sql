{#- Unless the union was refused: the pair was kept apart, or the component would have grown past its cap. -#}
with sizes as (

    select component, count(*) as size
    from {{ ref('identity_components') }}
    group by component

)

select edges.node_a, edges.node_b
from {{ ref('identity_edges') }} as edges
inner join {{ ref('identity_components') }} as a on edges.identity_a = a.identity_id
inner join {{ ref('identity_components') }} as b on edges.identity_b = b.identity_id
inner join sizes as size_a on a.component = size_a.component
inner join sizes as size_b on b.component = size_b.component
where edges.refused_because is null
    and a.component <> b.component
    and size_a.size + size_b.size <= {{ var('identity_max_component', 200) }}
    and not exists (select 1 from {{ ref('identities_apart') }})
