{#- Each account with those above it, the nearest first, up to so many levels. (Not in the model's file: dbt does not let a
    model call a macro that it declares itself.) -#}
{% macro ancestors_of(relation, levels) -%}
    select
        here.account_id,
        array_remove(array[
            {%- for level in range(1, levels + 1) %}
            above_{{ level }}.account_id
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ], null) as ancestors
    from {{ relation }} as here
    {%- for level in range(1, levels + 1) %}
    left join {{ relation }} as above_{{ level }}
        on {{ 'here' if level == 1 else 'above_' ~ (level - 1) }}.parent_account_id = above_{{ level }}.account_id
    {%- endfor %}
{%- endmacro %}
