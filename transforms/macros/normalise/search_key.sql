{#- The key a name is searched by: lower case, no accents, đ→d, letters and digits only, single spaces.
    Accents go, so the two ways of placing a tone mark (hòa, hoà) and NFC or NFD typing give one key.
    No extension is needed: NFD splits letters from marks, and the marks are dropped. -#}
{% macro search_key(value) -%}
    nullif(
        btrim(regexp_replace(
            translate(
                lower(regexp_replace(
                    normalize({{ value }}::text, nfkd), '[\u0300-\u036f]', '', 'g'
                )),
                'đð', 'dd'
            ),
            '[^a-z0-9]+', ' ', 'g'
        )),
        ''
    )
{%- endmacro %}

{#- A name with its accents kept but its tone marks in one place: each tone moves to the end of its syllable,
    so that hòa and hoà, thúy and thuý are equal while hoa stays apart. -#}
{% macro tone_key(value) -%}
    normalize(
        regexp_replace(
            lower(normalize({{ clean_text(value) }}, nfd)),
            '([\u0300\u0301\u0303\u0309\u0323])([[:alpha:]\u0302\u0306\u031b]+)', '\2\1', 'g'
        ),
        nfc
    )
{%- endmacro %}

{#- The words of a search key in alphabetical order: "Nguyễn Văn An" and "An Nguyen Van" are one. -#}
{% macro word_set_key(value) -%}
    (
        select string_agg(word, ' ' order by word)
        from unnest(string_to_array({{ search_key(value) }}, ' ')) as words (word)
    )
{%- endmacro %}

{#- The given name's search key: in Vietnam the last word of a full name. -#}
{% macro given_name_key(value) -%}
    (regexp_match({{ search_key(value) }}, '[a-z0-9]+$'))[1]
{%- endmacro %}
