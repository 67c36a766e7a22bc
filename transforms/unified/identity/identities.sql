{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='identity_id',
    gone_when='customer_id is null',
    indexes=[
        {'columns': ['identity_id'], 'unique': True},
        {'columns': ['identifier_type', 'identifier_value']},
        {'columns': ['identifier_value']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set node_rows = ref('identity_nodes') -%}
{%- set edge_rows = ref('identity_edges') -%}
{%- set component_rows = ref('identity_components') -%}
{%- set assignment_rows = ref('identity_assignments') -%}

{#- Evidence runs within a component: whatever else changed, a component of which nothing changed keeps its tree. -#}
with nodes as not materialized (

    select * from {{ node_rows }}
    where evidence_count > 0

),

assignments as not materialized (

    select * from {{ assignment_rows }}

),

ties as not materialized (

    select * from {{ ref('identity_ties') }}

),

edges as not materialized (

    select * from {{ edge_rows }}
    where refused_because is null

),

{%- if var('identity_matching', true) %}

matches as (

    select cluster_id, record_id, probability
    from {{ ref('match_clusters') }}
    where cluster_id <> record_id

),
{%- else %}

matches as (

    select null::integer as cluster_id, null::integer as record_id, null::double precision as probability
    where false

),
{%- endif %}

{%- if is_incremental() %}

{#- What the probabilistic step says is not told by batches: few are matched, and all of them are looked at. -#}
matched_nodes as (

    select cluster_id as node from matches
    union
    select record_id from matches

),

changed as (

    select identity_id from {{ node_rows }}
    where batch > {{ last_read('nodes_batch') }}
    union
    select identity_a from {{ edge_rows }}
    where batch > {{ last_read('edges_batch') }}
    union
    select identity_b from {{ edge_rows }}
    where batch > {{ last_read('edges_batch') }}
    union
    select identity_id from {{ component_rows }}
    where batch > {{ last_read('components_batch') }}
    union
    select identity_id from {{ assignment_rows }}
    where batch > {{ last_read('assignments_batch') }}
    union
    select identity_id from {{ node_rows }}
    where node = {{ any_of('matched_nodes', 'node') }}

),

{#- Those whom somebody left are looked at too. -#}
their_customers as (

    select distinct customer_id from {{ this }}
    where identity_id = {{ any_of('changed', 'identity_id') }}

),

touched as (

    select identity_id from changed
    union
    select identity_id from {{ this }}
    where customer_id = {{ any_of('their_customers', 'customer_id') }}

),

touched_components as (

    select distinct component from {{ component_rows }}
    where identity_id = {{ any_of('touched', 'identity_id') }}

),

members as (

    {{ rows_of(component_rows, 'component', 'touched_components') }}

),

looked_at as (

    select identity_id from touched
    union
    select identity_id from members

),

known as (

    {{ rows_of(this, 'identity_id', 'looked_at') }}

),

{#- The few that are looked at get numbers of their own: the tree's arrays are as long as the highest. -#}
numbered as (

    select
        nodes.*,
        (row_number() over (order by node))::integer as number
    from ({{ rows_of('nodes', 'node', 'members') }}) as nodes

),

their_ties as (

    select
        a.number as a,
        b.number as b,
        ties.strength,
        ties.weakness,
        ties.first_seen_at,
        ties.first_record_key
    from ({{ rows_of('ties', 'a', 'members', 'node') }}) as ties
    inner join numbered as a on ties.a = a.node
    inner join numbered as b on ties.b = b.node

),

their_edges as (

    {{ rows_of('edges', 'node_a', 'members', 'node') }}

),

their_assignments as (

    {{ rows_of('assignments', 'identity_id', 'members') }}

),
{%- else %}

numbered as not materialized (

    select nodes.*, nodes.node as number from nodes

),

their_ties as not materialized (

    select * from ties

),

their_edges as not materialized (

    select * from edges

),

their_assignments as not materialized (

    select * from assignments

),
{%- endif %}

current_assignments as (

    select distinct on (identity_id)
        identity_id,
        customer_id,
        assigned_at
    from their_assignments
    order by identity_id, assignment_number desc

),

{#- On the way to the customer's first identity: the neighbour, and the record that says so. -#}
tied as (

    select
        array_agg(a order by strength, weakness, first_seen_at, first_record_key, b) as a,
        array_agg(b order by strength, weakness, first_seen_at, first_record_key, b) as b
    from their_ties

),

tree as (

    select
        nodes.node,
        parents.node as parent,
        parents.identity_id as tied_to,
        evidence.distance
    from tied
    cross join lateral {{ var('functions_schema', 'functions') }}.evidence_tree(tied.a, tied.b) as evidence
    inner join numbered as nodes on evidence.node = nodes.number
    left join numbered as parents on evidence.parent = parents.number

),

{#- A pair can be tied both ways round: the better proven edge speaks. -#}
proven as (

    select distinct on (least(node_a, node_b), greatest(node_a, node_b))
        least(node_a, node_b) as low_node,
        greatest(node_a, node_b) as high_node,
        first_record_key,
        evidence_count
    from their_edges
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
        tree.tied_to,
        proven.first_record_key as tied_by_record,
        proven.evidence_count as tied_by_count,
        matches.probability as tied_by_probability
    from tree
    left join proven
        on least(tree.node, tree.parent) = proven.low_node
        and greatest(tree.node, tree.parent) = proven.high_node
    left join matches
        on proven.low_node is null
        and least(tree.node, tree.parent) = matches.cluster_id
        and greatest(tree.node, tree.parent) = matches.record_id

),

told as (

    select
        numbered.identity_id,
        numbered.identifier_type,
        numbered.identifier_value,
        numbered.person_label is not null as is_shared,
        current_assignments.customer_id,
        numbered.source,
        numbered.evidence_count,
        numbered.first_seen_at,
        numbered.last_seen_at,
        current_assignments.assigned_at,
        parents.tied_to,
        parents.tied_by_record,
        parents.tied_by_count,
        parents.tied_by_probability,
        coalesce(parents.distance, 0) as distance
    from numbered
    inner join current_assignments on numbered.identity_id = current_assignments.identity_id
    left join parents on numbered.node = parents.node

),

{%- set said = [
    'identifier_type', 'identifier_value', 'is_shared', 'customer_id', 'source', 'evidence_count', 'first_seen_at',
    'last_seen_at', 'assigned_at', 'tied_to', 'tied_by_record', 'tied_by_count', 'tied_by_probability', 'distance'
] %}
{%- set written %}
        {{ batch_above(node_rows, edge_rows, component_rows, assignment_rows) }} as batch,
        {{ newest_batch(node_rows) }} as nodes_batch,
        {{ newest_batch(edge_rows) }} as edges_batch,
        {{ newest_batch(component_rows) }} as components_batch,
        {{ newest_batch(assignment_rows) }} as assignments_batch
{%- endset %}
final as (

    select
        told.identity_id,
        {%- for column in said %}
        told.{{ column }},
        {%- endfor %}
        {{- written }}
    from told
    {%- if is_incremental() %}
    left join known on told.identity_id = known.identity_id
    where {{ any_differs('told', 'known', said) }}
    union all
    -- what is no identity any more
    select
        known.identity_id,
        {%- for column in said %}
        null,
        {%- endfor %}
        {{- written }}
    from known
    where not exists (select 1 from told where told.identity_id = known.identity_id)
    {%- endif %}

)

select * from final
