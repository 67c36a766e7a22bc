{#- In an increment of `identities`: CTEs from `changed` to `their_claims`, over `nodes`, `ties`, `edges`, `assignments`, `claims`
    and `matches`. Evidence runs within a component, so components in which something changed are looked at as wholes
    (`looked_at`, and `their_…` what is known of them); of who is only claimed or matched otherwise the place in the tree stays
    (`known`, `matched`). -#}
{% macro looked_at_identities(node_rows, edge_rows, component_rows, assignment_rows, claim_rows, matching) -%}
changed as (

    select identity_id from {{ node_rows }}
    where {{ is_new_to_this(read='nodes_batch') }}
    union
    select identity_a from {{ edge_rows }}
    where {{ is_new_to_this(read='edges_batch') }}
    union
    select identity_b from {{ edge_rows }}
    where {{ is_new_to_this(read='edges_batch') }}
    union
    select identity_id from {{ component_rows }}
    where {{ is_new_to_this(read='components_batch' if matching else 'certain_batch') }}
    union
    select identity_id from {{ assignment_rows }}
    where {{ is_new_to_this(read='assignments_batch') }}

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

touched_nodes as (

    select node from {{ node_rows }}
    where identity_id = {{ any_of('touched', 'identity_id') }}

),

touched_components as (

    select distinct component from {{ component_rows }}
    where node = {{ any_of('touched_nodes', 'node') }}

),

members as (

    {{ rows_of(component_rows, 'component', 'touched_components') }}

),

looked_at as (

    select identity_id from touched
    union
    select identity_id from members

),

{#- Who is only claimed by other records than before keeps the place in the tree, and so does who is matched with another
    probability. -#}
claimed as (

    select distinct identity_id from {{ claim_rows }}
    where {{ is_new_to_this(read='claims_batch') }}

),

matched_nodes as (

    select cluster_id as node from matches
    union
    select record_id from matches

),

nodes_matched as (

    {{ rows_of('nodes', 'node', 'matched_nodes') }}

),

either as (

    select identity_id from looked_at
    union
    select identity_id from claimed
    union
    select identity_id from nodes_matched

),

known as (

    {{ rows_of(this, 'identity_id', 'either') }}

),

counted as (

    select identity_id from claimed
    union
    (
        select identity_id from members
        except
        select identity_id from known
    )

),

matched as (

    select a.identity_id, b.identity_id as tied_to, matches.probability
    from matches
    inner join nodes_matched as a on matches.cluster_id = a.node
    inner join nodes_matched as b on matches.record_id = b.node
    union all
    select b.identity_id, a.identity_id, matches.probability
    from matches
    inner join nodes_matched as a on matches.cluster_id = a.node
    inner join nodes_matched as b on matches.record_id = b.node

),

{#- The few that are looked at get numbers of their own: the tree's arrays are as long as the highest. `distinct` tells
    PostgreSQL that one number is one row; it would expect millions of rows of the joins by it. -#}
numbered as (

    select distinct on (number) nodes.*
    from (
        select
            nodes.*,
            (row_number() over (order by node))::integer as number
        from ({{ rows_of('nodes', 'node', 'members') }}) as nodes
    ) as nodes
    order by number

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

their_claims as (

    {{ rows_of('claims', 'identity_id', 'counted') }}

)
{%- endmacro %}
