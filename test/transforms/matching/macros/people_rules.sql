{% macro people_comparisons() -%}
    {{ return([
        {'column': 'first_name', 'kind': 'name', 'crossed_with': 'surname'},
        {'column': 'surname', 'kind': 'name', 'crossed_with': 'first_name'},
        {'column': 'dob', 'kind': 'date'},
        {'column': 'city', 'kind': 'text'},
        {'column': 'email', 'kind': 'email'},
    ]) }}
{%- endmacro %}

{% macro people_rules() -%}
    {{ return([
        {'name': 'email', 'slips_of': 'email', 'agrees': {'email': 3}},
        {'name': 'dob', 'key': 'dob', 'agrees': {'dob': 4}},
        {'name': 'both_names', 'key': "least(first_name, surname) || ' ' || greatest(first_name, surname)",
            'agrees': {'first_name': 3, 'surname': 3}},
        {'name': 'first_name_and_city', 'key': "first_name || ' ' || city",
            'agrees': {'first_name': 3, 'city': 3}},
        {'name': 'surname_and_city', 'key': "surname || ' ' || city",
            'agrees': {'surname': 3, 'city': 3}},
        {'name': 'slipped_dob_and_city',
            'keys': "array(select slip || ' ' || city from unnest(" ~ match_variants('dob') ~ ") as slips (slip))",
            'agrees': {'dob': 3, 'city': 3}},
        {'name': 'first_name_and_year', 'key': "first_name || ' ' || left(dob, 4)",
            'agrees': {'first_name': 3, 'dob': 1}},
        {'name': 'surname_and_year', 'key': "surname || ' ' || left(dob, 4)",
            'agrees': {'surname': 3, 'dob': 1}},
    ]) }}
{%- endmacro %}
