{{ config(materialized='view') }}

{#- The edges that count, with what puts them in order: the strongest type first, then the better proven, then the older;
    the record that told it first decides the rest, so that the order is that of the facts and not of their arrival. -#}
select
    node_a as a,
    node_b as b,
    strength,
    -evidence_count as weakness,
    first_seen_at,
    first_record_key
from {{ ref('identity_edges') }}
where refused_because is null
