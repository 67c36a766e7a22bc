with final as (

    {%- for source_name, entity, key in staging_entities() %}
    select
        '{{ source_name }}' as source,
        '{{ entity }}' as entity,
        count(*) as delivered_count,
        count(*) filter (where rejected_because is null) as accepted_count,
        count(*) filter (where rejected_because = 'delivered again') as repeated_count,
        count(*) filter (
            where rejected_because is not null and rejected_because <> 'delivered again'
        ) as rejected_count,
        max(loaded_at) as last_loaded_at
    from {{ ref('base_' ~ source_name ~ '__' ~ entity) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
