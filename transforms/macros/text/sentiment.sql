{#- A text's search key with people's shorthand written out: ko, k, hok → khong; dc → duoc; vs → voi; r → roi. -#}
{% macro spoken_key(value) -%}
    btrim(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    ' ' || replace(coalesce({{ search_key(value) }}, ''), ' ', '  ') || ' ',
                    ' (k|ko|kg|hok|hem|khg) ', ' khong ', 'g'
                ),
                ' (dc|duoc|dk) ', ' duoc ', 'g'
            ),
            ' +', ' ', 'g'
        )
    )
{%- endmacro %}
