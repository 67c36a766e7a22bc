{{ config(materialized='view') }}

{#- Pairs of identities that somebody said are two people, as node numbers. -#}
select distinct
    least(a.node, b.node) as a,
    greatest(a.node, b.node) as b
from {{ ref('identity_splits') }} as splits
inner join {{ ref('identity_nodes') }} as a
    on splits.identity_a = a.identity_id
inner join {{ ref('identity_nodes') }} as b
    on splits.identity_b = b.identity_id
where a.node <> b.node
    and a.is_current
    and b.is_current
