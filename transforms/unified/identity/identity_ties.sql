{{ config(materialized='view') }}

{#- The links whose two ends became one customer: what evidence runs along. -#}
select
    links.a,
    links.b,
    links.strength
from {{ ref('identity_links') }} as links
inner join {{ ref('identity_components') }} as a on links.a = a.node
inner join {{ ref('identity_components') }} as b on links.b = b.node
where a.component = b.component
