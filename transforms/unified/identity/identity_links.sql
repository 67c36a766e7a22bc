{{ config(materialized='view') }}

select
    node_a as a,
    node_b as b,
    strength,
    -evidence_count as weakness
from {{ ref('identity_edges') }}
where refused_because is null
