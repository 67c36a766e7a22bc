{{ config(materialized='view', enabled=var('identity_matching', true)) }}

{#- Components that somebody said are two people's. -#}
select distinct
    least(a.component, b.component) as low_id,
    greatest(a.component, b.component) as high_id
from {{ ref('identities_apart') }} as apart
inner join {{ ref('certain_components') }} as a on apart.a = a.node
inner join {{ ref('certain_components') }} as b on apart.b = b.node
where a.component <> b.component
