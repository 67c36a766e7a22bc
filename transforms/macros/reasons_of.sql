{#- CTE `reasons_of_<lost>`: the first reason `said` in or just after each of these lost journeys. -#}
{% macro reasons_of(lost) -%}
reasons_of_{{ lost }} as (

    select distinct on ({{ lost }}.journey_id)
        {{ lost }}.journey_id,
        said.reason
    from {{ lost }}
    inner join said
        on {{ lost }}.customer_id = said.customer_id
        and said.said_at between {{ lost }}.started_at and {{ lost }}.last_touchpoint_at + interval '1 day'
    order by {{ lost }}.journey_id, said.priority, said.said_at desc, said.reason

)
{%- endmacro %}
