{#- Dates and times, as PostgreSQL computes them. The results have dbt's types: days and weeks are integers, the other differences double precision. -#}

{% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
    {{ return(adapter.dispatch('dateadd', 'dbt')(datepart, interval, from_date_or_timestamp)) }}
{%- endmacro %}

{% macro default__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set part = datepart | string | trim | trim("'") | lower -%}
    {#- intervals have no quarters -#}
    {%- set unit = '3 month' if part == 'quarter' else '1 ' ~ part -%}
    {{ from_date_or_timestamp }} + ((interval '{{ unit }}') * ({{ interval }}))
{%- endmacro %}

{% macro datediff(first_date, second_date, datepart) -%}
    {{ return(adapter.dispatch('datediff', 'dbt')(first_date, second_date, datepart)) }}
{%- endmacro %}

{#- How many boundaries of the part lie between the two: weeks begin on Sunday. -#}
{% macro default__datediff(first_date, second_date, datepart) -%}
    {%- set part = datepart | string | trim | trim("'") | lower -%}
    {%- set a = '(' ~ first_date ~ ')' -%}
    {%- set b = '(' ~ second_date ~ ')' -%}
    {%- if part == 'year' -%}
        (date_part('year', {{ b }}::date) - date_part('year', {{ a }}::date))
    {%- elif part == 'quarter' -%}
        ({{ datediff(first_date, second_date, 'year') }} * 4 + date_part('quarter', {{ b }}::date) - date_part('quarter', {{ a }}::date))
    {%- elif part == 'month' -%}
        ({{ datediff(first_date, second_date, 'year') }} * 12 + date_part('month', {{ b }}::date) - date_part('month', {{ a }}::date))
    {%- elif part == 'week' -%}
        ((date_trunc('week', {{ b }}::date + 1)::date - date_trunc('week', {{ a }}::date + 1)::date) / 7)
    {%- elif part == 'day' -%}
        ({{ b }}::date - {{ a }}::date)
    {%- elif part in ('hour', 'minute', 'second', 'millisecond', 'microsecond') -%}
        {%- set trunc = part ~ 's' if part in ('millisecond', 'microsecond') else part -%}
        {%- set per_second = {'hour': '/ 3600', 'minute': '/ 60', 'second': '* 1', 'millisecond': '* 1000', 'microsecond': '* 1000000'}[part] -%}
        round(date_part('epoch', date_trunc('{{ trunc }}', {{ b }}::timestamp) - date_trunc('{{ trunc }}', {{ a }}::timestamp)) {{ per_second }})
    {%- else -%}
        {{ exceptions.raise_compiler_error('datediff has no part "' ~ datepart ~ '" in PostgreSQL') }}
    {%- endif -%}
{%- endmacro %}

{% macro date_trunc(datepart, date) -%}
    {{ return(adapter.dispatch('date_trunc', 'dbt')(datepart, date)) }}
{%- endmacro %}

{% macro default__date_trunc(datepart, date) -%}
    date_trunc('{{ datepart | string | trim("'") }}', {{ date }})
{%- endmacro %}

{% macro last_day(date, datepart) -%}
    {{ return(adapter.dispatch('last_day', 'dbt')(date, datepart)) }}
{%- endmacro %}

{% macro default__last_day(date, datepart) -%}
    cast({{ dateadd('day', '-1', dateadd(datepart, '1', date_trunc(datepart, date))) }} as date)
{%- endmacro %}

{% macro date(year, month, day) -%}
    {{ return(adapter.dispatch('date', 'dbt')(year, month, day)) }}
{%- endmacro %}

{% macro default__date(year, month, day) -%}
    {%- set moment = modules.datetime.date(year | int, month | int, day | int) -%}
    to_date('{{ moment.strftime('%Y-%m-%d') }}', 'YYYY-MM-DD')
{%- endmacro %}

{% macro current_timestamp() -%}
    {{ return(adapter.dispatch('current_timestamp', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp() -%}
    now()
{%- endmacro %}

{% macro current_timestamp_backcompat() -%}
    {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_backcompat() -%}
    current_timestamp::{{ type_timestamp() }}
{%- endmacro %}

{% macro current_timestamp_in_utc_backcompat() -%}
    {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{%- endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() -%}
    (current_timestamp at time zone 'utc')::{{ type_timestamp() }}
{%- endmacro %}

{% macro snapshot_get_time() -%}
    {{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}
{%- endmacro %}

{% macro default__snapshot_get_time() -%}
    {{ current_timestamp() }}::timestamp without time zone
{%- endmacro %}

{% macro get_snapshot_get_time_data_type() -%}
    {{ return('timestamp without time zone') }}
{%- endmacro %}
