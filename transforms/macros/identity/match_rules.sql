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
        {'name': 'birth_date', 'key': "birth_date || ' ' || province",
            'agrees': {'birth_date': 4, 'province': 1}},
        {'name': 'name', 'key': "name_words || ' ' || left(birth_date, 4)",
            'agrees': {'name_words': 3, 'birth_date': 1}},
        {'name': 'name_and_day', 'key': "name_words || ' ' || right(birth_date, 5)",
            'agrees': {'name_words': 3, 'birth_date': 1}},
        {'name': 'email', 'slips_of': 'email', 'agrees': {'email': 3}},
        {'name': 'phone', 'slips_of': 'phone', 'agrees': {'phone': 1}},
    ]) }}
{%- endmacro %}

{#- Where batches of the matching models begin: at the seconds of the data's clock. -#}
{% macro match_batch() -%}
    (select extract(epoch from clock.as_of_at)::bigint from {{ ref('clock') }} as clock)
{%- endmacro %}
