{#- Casts that never fail: what cannot be read is null, and the row that needed it is set aside with a reason.
    pg_input_is_valid would do, but PostgreSQL 15 has none.

    Whole numbers; "3.0" is one, "3.5" is not. -#}
{% macro safe_integer(value) -%}
    case
        when btrim({{ value }}::text) ~ '^[+-]?[0-9]{1,9}(\.0+)?$'
            then btrim({{ value }}::text)::numeric::integer
    end
{%- endmacro %}

{#- A date from 2024-02-29, 29/02/2024 or 29-02-2024 (day first, as Vietnam writes), or the day of a timestamp
    in ISO form; null when there is no such day. -#}
{% macro safe_date(value) -%}
    (
        select case when {{ is_a_day('parts.y', 'parts.m', 'parts.d') }} then make_date(parts.y, parts.m, parts.d) end
        from (select {{ date_parts('btrim(' ~ value ~ '::text)') }} offset 0) as parts
    )
{%- endmacro %}

{#- A moment from ISO 8601, "29/02/2024 13:05", or seconds or milliseconds since 1970. A time without a zone is
    the project's (var `timezone`); null when it cannot be read. -#}
{% macro safe_timestamp(value) -%}
    (
        select case
            when parts.v ~ '^[0-9]{10}$' then to_timestamp(parts.v::double precision)
            when parts.v ~ '^[0-9]{13}$' then to_timestamp(parts.v::double precision / 1000)
            when not {{ is_a_day('parts.y', 'parts.m', 'parts.d') }} or parts.clock is null then null
            when parts.clock = ''
                then make_date(parts.y, parts.m, parts.d)::timestamp at time zone '{{ var("timezone") }}'
            when parts.zone = ''
                then (make_date(parts.y, parts.m, parts.d) + parts.clock::time)
                    at time zone '{{ var("timezone") }}'
            else (make_date(parts.y, parts.m, parts.d)::text || ' ' || parts.clock || parts.zone)::timestamptz
        end
        from (
            select
                written.v,
                {{ date_parts('written.v') }},
                (regexp_match(
                    written.v,
                    '^\S{8,10}(?:[T ]|$)((?:([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?)?) ?(?:z|utc|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?$',
                    'i'
                ))[1] as clock,
                replace(lower(coalesce((regexp_match(
                    written.v, ':[0-5][0-9](?:\.[0-9]+)? ?(z|utc|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)$', 'i'
                ))[1], '')), 'utc', 'z') as zone
            from (select btrim({{ value }}::text) as v offset 0) as written
            offset 0
        ) as parts
    )
{%- endmacro %}

{% macro date_parts(text_value) -%}
    case
        when {{ text_value }} ~ '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}($|[T ])' then split_part({{ text_value }}, '-', 1)
        when {{ text_value }} ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}($|[T ])'
            then (regexp_match({{ text_value }}, '^[0-9]{1,2}[/-][0-9]{1,2}[/-]([0-9]{4})'))[1]
    end::integer as y,
    case
        when {{ text_value }} ~ '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}($|[T ])' then split_part({{ text_value }}, '-', 2)
        when {{ text_value }} ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}($|[T ])'
            then (regexp_match({{ text_value }}, '^[0-9]{1,2}[/-]([0-9]{1,2})[/-]'))[1]
    end::integer as m,
    case
        when {{ text_value }} ~ '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}($|[T ])'
            then (regexp_match({{ text_value }}, '^[0-9]{4}-[0-9]{1,2}-([0-9]{1,2})'))[1]
        when {{ text_value }} ~ '^[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{4}($|[T ])'
            then (regexp_match({{ text_value }}, '^([0-9]{1,2})'))[1]
    end::integer as d
{%- endmacro %}

{% macro is_a_day(y, m, d) -%}
    (
        {{ y }} between 1900 and 2200
        and {{ m }} between 1 and 12
        and {{ d }} between 1 and (case
            when {{ m }} in (4, 6, 9, 11) then 30
            when {{ m }} <> 2 then 31
            when {{ y }} % 400 = 0 or ({{ y }} % 4 = 0 and {{ y }} % 100 <> 0) then 29
            else 28
        end)
    ) is true
{%- endmacro %}

{#- A moment, a day, a number and a count that calculations can bear, from columns of those types: infinities, NaN and
    what no business has seen are null. -#}
{% macro moment(value) -%}
    case when {{ value }} >= timestamptz '1900-01-01' and {{ value }} < timestamptz '2200-01-01' then {{ value }} end
{%- endmacro %}

{% macro day(value) -%}
    case when {{ value }} >= date '1900-01-01' and {{ value }} < date '2200-01-01' then {{ value }} end
{%- endmacro %}

{% macro finite(value) -%}
    case when {{ value }} > -1e15 and {{ value }} < 1e15 then {{ value }} end
{%- endmacro %}

{% macro counted(value) -%}
    case when {{ value }} between -100000000 and 100000000 then {{ value }} end
{%- endmacro %}

{#- The end of something, null when it lies before its beginning or more than a week behind it: one of the two is wrong. -#}
{% macro soon_after(value, start) -%}
    case
        when {{ moment(value) }} between {{ moment(start) }} and {{ moment(start) }} + interval '7 days' then {{ value }}
    end
{%- endmacro %}
