{{ config(materialized='view') }}

{#- What evidence runs along: the links whose two ends became one customer, and one tie from each matched component's
    first identity to that of the component it was matched to. -#}
select
    links.a,
    links.b,
    links.strength,
    links.weakness,
    links.first_seen_at,
    links.first_record_key
from {{ ref('identity_links') }} as links
inner join {{ ref('identity_components') }} as a on links.a = a.node
inner join {{ ref('identity_components') }} as b on links.b = b.node
where a.component = b.component
{%- if var('identity_matching', true) %}
union all
select
    clusters.cluster_id,
    clusters.record_id,
    99,
    0,
    null,
    null
from {{ ref('match_clusters') }} as clusters
where clusters.cluster_id <> clusters.record_id
{%- endif %}
