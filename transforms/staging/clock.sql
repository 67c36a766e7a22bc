{#- What "now" is for every model: var `as_of`, or the arrival of the newest row. Reading the data's clock and not the
    wall's makes a build repeatable, and lets unchanged data be carried forward. -#}
with loads as (

    select * from {{ ref('source_loads') }}

),

final as (

    select
        {% if var('as_of') is not none -%}
        timestamp '{{ var("as_of") }}' at time zone '{{ var("timezone") }}' as as_of_at,
        date '{{ var("as_of") }}' as as_of_on
        {%- else -%}
        coalesce(max(last_loaded_at), timestamptz '2000-01-01') as as_of_at,
        (coalesce(max(last_loaded_at), timestamptz '2000-01-01') at time zone '{{ var("timezone") }}')::date
            as as_of_on
        {%- endif %}
    from loads

)

select * from final
