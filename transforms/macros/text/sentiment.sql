{#- A text's search key with people's shorthand written out: ko → khong, dc → duoc, j → gi, r → roi, vs → voi. -#}
{% macro spoken_key(value) -%}
    btrim(
        regexp_replace(
            {%- set shorthand = {
                'khong': 'k|ko|kg|hok|hem|khg', 'duoc': 'dc|dk', 'gi': 'j', 'roi': 'r', 'voi': 'vs', 'qua': 'qa'
            } %}
            {{ 'regexp_replace(' * shorthand | length }}
                ' ' || replace(coalesce({{ search_key(value) }}, ''), ' ', '  ') || ' '
            {%- for word, written in shorthand.items() %},
                ' ({{ written }}) ', ' {{ word }} ', 'g')
            {%- endfor %},
            ' +', ' ', 'g'
        )
    )
{%- endmacro %}
