{{ config(materialized='view') }}

{#- Of each base table an index on `rejected_because` finds them. ref() through a loop: the base models are those of
    staging_entities(). -#}
with final as (

    {%- for source_name, entity, key in staging_entities() %}
    select
        '{{ source_name }}' as source,
        '{{ entity }}' as entity,
        {{ key }}::text as row_key,
        rejected_because,
        raw_row,
        loaded_at
    from {{ ref('base_' ~ source_name ~ '__' ~ entity) }}
    where rejected_because is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
