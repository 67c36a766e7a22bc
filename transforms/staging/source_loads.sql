{#- Looked up one by one, so that of a large table an index tells both. -#}
with loads as (

    {%- for source_name, entity, key in staging_entities() %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ entity) %}
    select
        '{{ source_name }}' as source,
        '{{ entity }}' as entity,
        {{ delivered_to(base, is_written_whole(source_name, entity)) }} as delivered_count,
        (select max(loaded_at) from {{ base }}) as last_loaded_at
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

rejections as (

    select
        source,
        entity,
        count(*) filter (where rejected_because = 'delivered again') as repeated_count,
        count(*) filter (where rejected_because <> 'delivered again') as rejected_count
    from {{ ref('rejected_rows') }}
    group by source, entity

),

final as (

    select
        loads.source,
        loads.entity,
        loads.delivered_count,
        loads.delivered_count - coalesce(rejections.repeated_count, 0) - coalesce(rejections.rejected_count, 0)
            as accepted_count,
        coalesce(rejections.repeated_count, 0) as repeated_count,
        coalesce(rejections.rejected_count, 0) as rejected_count,
        loads.last_loaded_at
    from loads
    left join rejections on loads.source = rejections.source and loads.entity = rejections.entity

)

select * from final
