{#- Text as a person meant it: NFC, invisible characters and doubled spaces gone, ends trimmed, and the words
    systems write for "nothing" made null. Every other normalisation starts from this one. -#}
{% macro clean_text(value) -%}
    nullif(
        btrim(regexp_replace(
            regexp_replace(
                normalize({{ value }}::text, nfc),
                '[\u200b-\u200f\u2060\ufeff]', '', 'g'
            ),
            '[\s\u00a0]+', ' ', 'g'
        )),
        ''
    )
{%- endmacro %}

{#- As clean_text, and null for what systems write when they have nothing: NULL, N/A, -, undefined… -#}
{% macro clean_value(value) -%}
    (
        select case
            when lower(cleaned.v) in (
                'null', 'n/a', '#n/a', 'none', 'nil', 'undefined', 'nan',
                '-', '--', '.', '?', 'không có', 'khong co', 'unknown'
            ) then null
            else cleaned.v
        end
        from (select {{ clean_text(value) }} as v offset 0) as cleaned
    )
{%- endmacro %}
