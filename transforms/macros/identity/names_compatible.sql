{#- Whether two search keys can be one person's name. People leave out the middle name, put the given name first, and
    systems drop accents: one name's words are then all in the other's, given name included. "nguyen van an" and
    "an nguyen" are compatible; "nguyen van an" and "nguyen thi binh" are not. A single word matches only as the other's
    given name (its last word, or its first when the order was swapped). -#}
{% macro names_compatible(a, b) -%}
    (
        {{ a }} = {{ b }}
        or (
            (
                string_to_array({{ a }}, ' ') <@ string_to_array({{ b }}, ' ')
                or string_to_array({{ b }}, ' ') <@ string_to_array({{ a }}, ' ')
            )
            and (
                {{ last_word(a) }} in ({{ last_word(b) }}, {{ first_word(b) }})
                or {{ last_word(b) }} = {{ first_word(a) }}
            )
        )
    )
{%- endmacro %}

{% macro last_word(value) -%}
    substring({{ value }} from '[^ ]+$')
{%- endmacro %}

{% macro first_word(value) -%}
    split_part({{ value }}, ' ', 1)
{%- endmacro %}
