{#- An amount of money as numeric. Vietnamese writing separates thousands by dots ("1.234.567 ₫"), spreadsheets by
    commas, databases not at all; "350k" and "1,5tr" are people's shorthand. Null when it is none of these. -#}
{% macro money_amount(value) -%}
    (
        select case
            when written.v ~ '^-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,2})?$'
                then replace(replace(written.v, '.', ''), ',', '.')::numeric
            when written.v ~ '^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,2})?$'
                then replace(written.v, ',', '')::numeric
            when written.v ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$' then written.v::numeric
            when written.v ~ '^-?[0-9]{1,12},[0-9]{1,2}$' then replace(written.v, ',', '.')::numeric
            when written.v ~ '^-?[0-9]{1,6}([.,][0-9]{1,3})?(k|nghin|ngan)$'
                then replace(substring(written.v from '^[-0-9.,]+'), ',', '.')::numeric * 1000
            when written.v ~ '^-?[0-9]{1,6}([.,][0-9]{1,3})?(tr|trieu|m)$'
                then replace(substring(written.v from '^[-0-9.,]+'), ',', '.')::numeric * 1000000
        end
        from (
            select regexp_replace(
                translate(
                    lower(regexp_replace(
                        normalize({{ value }}::text, nfkd), '[\u0300-\u036f\s]|^\+', '', 'g'
                    )),
                    'đ₫', 'dd'
                ),
                '^(vnd|d)|(vnd|d|dong)$', '', 'g'
            ) as v
            offset 0
        ) as written
    )
{%- endmacro %}
