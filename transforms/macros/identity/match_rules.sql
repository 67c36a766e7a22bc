{#- What two customers without a common identifier are compared by, and which keys bring a pair together. Names are
    compared as words in alphabetical order: "Nguyễn Văn An" and "An Nguyen Van" are equal. -#}
{% macro customer_comparisons() -%}
    {{ return([
        {'column': 'name_words', 'kind': 'text'},
        {'column': 'birth_date', 'kind': 'date'},
        {'column': 'phone', 'kind': 'number'},
        {'column': 'email', 'kind': 'email'},
        {'column': 'province', 'kind': 'exact'},
        {'column': 'sex', 'kind': 'exact'},
    ]) }}
{%- endmacro %}

{% macro customer_match_rules() -%}
    {{ return([
        {'name': 'birth_date', 'keys': "array[birth_date || ' ' || province]",
            'agrees': {'birth_date': 4, 'province': 1}},
        {'name': 'name', 'keys': "array[name_words || ' ' || left(birth_date, 4)]",
            'agrees': {'name_words': 3, 'birth_date': 1}},
        {'name': 'name_and_day', 'keys': "array[name_words || ' ' || right(birth_date, 5)]",
            'agrees': {'name_words': 3, 'birth_date': 1}},
        {'name': 'email', 'keys': match_variants('email'), 'agrees': {'email': 3}},
        {'name': 'phone', 'keys': match_variants('phone'), 'agrees': {'phone': 1}},
    ]) }}
{%- endmacro %}
