{#- The kinds of comparison. Each gives a pair of values a level: -1 when one is missing, 0 when they differ, then
    upwards as they agree more; `exact` is the level of equality, at which a rare value proves more than a common one.

    kind   | levels
    name   | 1 look alike, 2 a slip apart, 3 equal, 4 a slip apart or equal after given and family name were swapped
    text   | 1 look alike, 2 a slip apart, 3 equal
    date   | 1 about a year apart, same year, or same day and month; 2 about a month apart; 3 a slip apart, or day and
           | month swapped; 4 equal
    email  | 1 look alike, 2 same before the @, 3 a slip apart, 4 equal
    number | 1 a slip apart, 2 equal (phones, identity numbers)
    exact  | 1 equal -#}
{% macro match_kind(kind) -%}
    {%- set kinds = {
        'name': {'levels': 5, 'exact': 3},
        'text': {'levels': 4, 'exact': 3},
        'date': {'levels': 5, 'exact': 4},
        'email': {'levels': 5, 'exact': 4},
        'number': {'levels': 3, 'exact': 2},
        'exact': {'levels': 2, 'exact': 1},
    } -%}
    {%- if kind not in kinds -%}
        {{ exceptions.raise_compiler_error(
            "A comparison of kind '" ~ kind ~ "' is unknown. Kinds: " ~ kinds.keys() | join(', ') ~ '.'
        ) }}
    {%- endif -%}
    {{ return(kinds[kind]) }}
{%- endmacro %}

{#- The level of columns `one` of row a and `other` of row b of `match_terms`; the same column unless names are crossed. -#}
{% macro match_level(kind, one, other, bigrams=false) -%}
    {%- set a = 'a.' ~ one -%}
    {%- set b = 'b.' ~ other -%}
    case
        when {{ a }} is null or {{ b }} is null then -1
        when {{ a }} = {{ b }} then {{ match_kind(kind)['exact'] }}
        {%- if kind in ['name', 'text'] %}
        when {{ match_slip(a, b) }} then 2
        when {{ match_looks_alike(a, b, bigrams) }} then 1
        {%- elif kind == 'date' %}
        when {{ match_slip(a, b) }} then 3
        when {{ a }} = left({{ b }}, 5) || right({{ b }}, 2) || '-' || substr({{ b }}, 6, 2) then 3
        when abs({{ match_day(a) }} - {{ match_day(b) }}) <= 31 then 2
        when abs({{ match_day(a) }} - {{ match_day(b) }}) <= 403 or left({{ a }}, 4) = left({{ b }}, 4) or right({{ a }}, 5) = right({{ b }}, 5) then 1
        {%- elif kind == 'email' %}
        when {{ match_slip(a, b) }} then 3
        when split_part({{ a }}, '@', 1) = split_part({{ b }}, '@', 1) then 2
        when {{ match_looks_alike(a, b, bigrams) }} then 1
        {%- elif kind == 'number' %}
        when {{ match_slip(a, b) }} then 1
        {%- endif %}
        else 0
    end
{%- endmacro %}
