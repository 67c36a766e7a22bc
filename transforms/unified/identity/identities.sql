{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='identity_id',
    gone_when='customer_id is null',
    on_schema_change='append_new_columns',
    indexes=[
        {'columns': ['identity_id'], 'unique': True},
        {'columns': ['identifier_value', 'identifier_type']},
        {'columns': ['customer_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set claim_rows = ref('identity_claims') -%}
{%- set node_rows = ref('identity_nodes') -%}
{%- set edge_rows = ref('identity_edges') -%}
{#- Without the probabilistic step the certain components are all there is. How far it had read one says nothing of the other. -#}
{%- set matching = var('identity_matching', true) -%}
{%- set component_rows = ref('identity_components') if matching else ref('certain_components') -%}
{%- set assignment_rows = ref('identity_assignments') -%}

with nodes as not materialized (

    select * from {{ node_rows }}
    where is_current

),

claims as not materialized (

    select * from {{ claim_rows }}
    where refused_because is null

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

{%- if matching %}

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

{{ looked_at_identities(node_rows, edge_rows, component_rows, assignment_rows, claim_rows, matching) }},
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

their_claims as not materialized (

    select * from claims

),
{%- endif %}

{#- Texts are grouped as bytes: in the order of a language they take many times as long to sort. -#}
counts as (

    select
        identity_id collate "C" as identity_id,
        (array_agg(source order by seen_at, record_key))[1] as source,
        count(*) as evidence_count,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at
    from their_claims
    group by identity_id collate "C"

),

current_assignments as (

    select distinct on (identity_id collate "C")
        identity_id,
        customer_id,
        assigned_at
    from their_assignments
    order by identity_id collate "C", assignment_number desc

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
        {%- if is_incremental() %}
        nodes.node,
        parents.node as parent,
        {%- else %}
        evidence.node,
        evidence.parent,
        {%- endif %}
        parents.identity_id as tied_to,
        evidence.distance
    from tied
    cross join lateral {{ var('functions_schema', 'functions') }}.evidence_tree(tied.a, tied.b) as evidence
    {%- if is_incremental() %}
    inner join numbered as nodes on evidence.node = nodes.number
    {%- endif %}
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

placed as (

    select
        numbered.*,
        current_assignments.customer_id,
        current_assignments.assigned_at
    from numbered
    inner join current_assignments on numbered.identity_id = current_assignments.identity_id

),

told as (

    select
        placed.identity_id,
        placed.identifier_type,
        placed.identifier_value,
        placed.person_label is not null as is_shared,
        placed.customer_id,
        placed.assigned_at,
        parents.tied_to,
        parents.tied_by_record,
        parents.tied_by_count,
        parents.tied_by_probability,
        coalesce(parents.distance, 0) as distance
    from placed
    left join parents on placed.node = parents.node
    {%- if is_incremental() %}
    union all
    select
        known.identity_id,
        known.identifier_type,
        known.identifier_value,
        known.is_shared,
        known.customer_id,
        known.assigned_at,
        known.tied_to,
        known.tied_by_record,
        known.tied_by_count,
        coalesce(matched.probability, known.tied_by_probability),
        known.distance
    from known
    left join matched
        on known.tied_by_record is null
        and known.identity_id = matched.identity_id
        and known.tied_to = matched.tied_to
    where not exists (select 1 from looked_at where looked_at.identity_id = known.identity_id)
    {%- endif %}

),

{%- set counted = ['source', 'evidence_count', 'first_seen_at', 'last_seen_at'] %}
{%- set said = [
    'identifier_type', 'identifier_value', 'is_shared', 'customer_id', 'assigned_at', 'tied_to', 'tied_by_record',
    'tied_by_count', 'tied_by_probability', 'distance'
] %}
{%- set written %}
        {{ batch_above(node_rows, edge_rows, component_rows, assignment_rows) }} as batch,
        {{ newest_batch(claim_rows) }} as claims_batch,
        {{ newest_batch(node_rows) }} as nodes_batch,
        {{ newest_batch(edge_rows) }} as edges_batch,
        {{ newest_batch(component_rows) if matching else 0 }} as components_batch,
        {{ 0 if matching else newest_batch(component_rows) }} as certain_batch,
        {{ newest_batch(assignment_rows) }} as assignments_batch
{%- endset %}
final as (

    select
        told.identity_id,
        {%- for column in said %}
        told.{{ column }},
        {%- endfor %}
        {%- for column in counted %}
        {%- if is_incremental() %}
        case when counts.identity_id is null then known.{{ column }} else counts.{{ column }} end as {{ column }},
        {%- else %}
        counts.{{ column }},
        {%- endif %}
        {%- endfor %}
        {{- written }}
    from told
    left join counts on told.identity_id = counts.identity_id
    {%- if is_incremental() %}
    left join known on told.identity_id = known.identity_id
    where {{ any_differs('told', 'known', said) }}
        or (counts.identity_id is not null and {{ any_differs('counts', 'known', counted) }})
    union all
    -- what is no identity any more
    select
        known.identity_id,
        {%- for column in said + counted %}
        null,
        {%- endfor %}
        {{- written }}
    from known
    where exists (select 1 from looked_at where looked_at.identity_id = known.identity_id)
        and not exists (select 1 from placed where placed.identity_id = known.identity_id)
    {%- endif %}

)

select * from final
