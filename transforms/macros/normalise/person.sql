{#- A person's sex as typed in Vietnamese or English: male, female, or null. -#}
{% macro sex(value) -%}
    case
        when {{ search_key(value) }} in ('nam', 'm', 'male', 'anh', 'mr', 'ong') then 'male'
        when {{ search_key(value) }} in ('nu', 'f', 'female', 'chi', 'ms', 'mrs', 'ba', 'co') then 'female'
    end
{%- endmacro %}

{#- A day of birth; null when it is a filler (1900-01-01, 1970-01-01) or no living person's. -#}
{% macro birth_date(value) -%}
    (
        select case
            when read.v > date '1905-01-01' and read.v <> date '1970-01-01' and read.v < date '2100-01-01'
                then read.v
        end
        from (select {{ safe_date(value) }} as v offset 0) as read
    )
{%- endmacro %}

{#- The year of birth, also when only the year is known. -#}
{% macro birth_year(value) -%}
    coalesce(
        extract(year from {{ birth_date(value) }})::integer,
        case when btrim({{ value }}::text) ~ '^(19[1-9][0-9]|20[0-9][0-9])$' then btrim({{ value }}::text)::integer end
    )
{%- endmacro %}

{#- The value in lower case when it is one of those listed, else null. -#}
{% macro one_of(value, values) -%}
    case
        when lower(btrim({{ value }})) in ('{{ values | join("', '") }}') then lower(btrim({{ value }}))
    end
{%- endmacro %}
