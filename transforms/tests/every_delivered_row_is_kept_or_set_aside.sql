{#- As many rows came as stand in the base table. -#}
{%- for source_name, entity, key in staging_entities() %}
select
    source,
    entity,
    delivered_count,
    accepted_count,
    repeated_count,
    rejected_count
from {{ ref('source_loads') }}
where source = '{{ source_name }}'
    and entity = '{{ entity }}'
    and (
        delivered_count <> (select count(*) from {{ ref('base_' ~ source_name ~ '__' ~ entity) }})
        or delivered_count <> accepted_count + repeated_count + rejected_count
    )
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
