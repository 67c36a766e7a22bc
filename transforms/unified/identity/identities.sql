{{ config(indexes=[
    {'columns': ['identity_id'], 'unique': True},
    {'columns': ['identifier_type', 'identifier_value']},
    {'columns': ['identifier_value']},
    {'columns': ['customer_id']}
]) }}

with nodes as (

    select * from {{ ref('identity_nodes') }}
    where evidence_count > 0

),

current_assignments as (

    select distinct on (identity_id)
        identity_id,
        customer_id,
        assigned_at
    from {{ ref('identity_assignments') }}
    order by identity_id, assignment_number desc

),

{#- On the way to the customer's first identity: the neighbour, and the record that says so. -#}
ties as (

    select
        array_agg(a order by strength, weakness, first_seen_at, first_record_key, b) as a,
        array_agg(b order by strength, weakness, first_seen_at, first_record_key, b) as b
    from {{ ref('identity_ties') }}

),

tree as (

    select
        evidence.node,
        evidence.parent,
        evidence.distance
    from ties
    cross join lateral {{ var('functions_schema', 'functions') }}.evidence_tree(ties.a, ties.b) as evidence

),

{#- A pair can be tied both ways round: the better proven edge speaks. -#}
edges as (

    select distinct on (least(node_a, node_b), greatest(node_a, node_b))
        least(node_a, node_b) as low_node,
        greatest(node_a, node_b) as high_node,
        first_record_key,
        evidence_count
    from {{ ref('identity_edges') }}
    where refused_because is null
    order by
        least(node_a, node_b),
        greatest(node_a, node_b),
        evidence_count desc,
        first_record_key

),

parents as (

    select
        tree.node,
        tree.distance,
        parents.identity_id as tied_to,
        edges.first_record_key as tied_by_record,
        edges.evidence_count as tied_by_count,
        {%- if var('identity_matching', true) %}
        matches.probability as tied_by_probability
        {%- else %}
        null::double precision as tied_by_probability
        {%- endif %}
    from tree
    left join nodes as parents on tree.parent = parents.node
    left join edges
        on least(tree.node, tree.parent) = edges.low_node
        and greatest(tree.node, tree.parent) = edges.high_node
    {%- if var('identity_matching', true) %}
    left join {{ ref('match_clusters') }} as matches
        on edges.low_node is null
        and least(tree.node, tree.parent) = matches.cluster_id
        and greatest(tree.node, tree.parent) = matches.record_id
    {%- endif %}

),

final as (

    select
        nodes.identity_id,
        nodes.identifier_type,
        nodes.identifier_value,
        nodes.person_label is not null as is_shared,
        current_assignments.customer_id,
        nodes.source,
        nodes.evidence_count,
        nodes.first_seen_at,
        nodes.last_seen_at,
        current_assignments.assigned_at,
        parents.tied_to,
        parents.tied_by_record,
        parents.tied_by_count,
        parents.tied_by_probability,
        coalesce(parents.distance, 0) as distance
    from nodes
    inner join current_assignments on nodes.identity_id = current_assignments.identity_id
    left join parents on nodes.node = parents.node

)

select * from final
