{#- The key a province is looked up by in `province_aliases`: the search key without "tỉnh", "thành phố", "TP". -#}
{% macro province_key(value) -%}
    regexp_replace(
        {{ search_key(value) }},
        '^(tinh|thanh pho|tp|t p|t|city of|province of) | (province|city|viet nam|vietnam|vn)$', '', 'g'
    )
{%- endmacro %}
