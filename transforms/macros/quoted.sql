{#- A text as an SQL literal, whatever it holds. -#}
{% macro quoted(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}
