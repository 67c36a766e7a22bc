{#- Ranges of dates: as rows of a query, and as lists while rendering. -#}

{% macro get_intervals_between(start_date, end_date, datepart) -%}
    {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
    {%- set answer = run_query('select ' ~ datediff(start_date, end_date, datepart)) -%}
    {{ return(answer.rows[0][0] if answer else 1) }}
{%- endmacro %}

{% macro generate_series(upper_bound) -%}
    {{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}
{%- endmacro %}

{% macro default__generate_series(upper_bound) -%}
    select number as generated_number
    from pg_catalog.generate_series(1, greatest({{ upper_bound | int }}, 1)) as number
    order by number
{%- endmacro %}

{#- How many binary digits it takes to count to `upper_bound`. -#}
{% macro get_powers_of_two(upper_bound) -%}
    {{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}
{%- endmacro %}

{% macro default__get_powers_of_two(upper_bound) -%}
    {%- if upper_bound <= 0 -%}
        {{ exceptions.raise_compiler_error('upper bound must be positive') }}
    {%- endif -%}
    {{ return([(upper_bound | int - 1).bit_length(), 1] | max) }}
{%- endmacro %}

{% macro date_spine(datepart, start_date, end_date) -%}
    {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{%- endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) -%}
    with numbers as (

        {{ generate_series(get_intervals_between(start_date, end_date, datepart)) }}

    ),

    dates as (

        select ({{ dateadd(datepart, 'generated_number - 1', start_date) }}) as date_{{ datepart }}
        from numbers

    )

    select date_{{ datepart }}
    from dates
    where date_{{ datepart }} <= {{ end_date }}
{%- endmacro %}

{% macro convert_datetime(date_str, date_fmt) -%}
    {{ return(modules.datetime.datetime.strptime(date_str | string, date_fmt)) }}
{%- endmacro %}

{#- Every day from start to end, both included, as text. -#}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') -%}
    {%- set first = convert_datetime(start_date_str, in_fmt) -%}
    {%- set last = convert_datetime(start_date_str if end_date_str is none else end_date_str, in_fmt) -%}
    {%- set days = (last - first).days -%}
    {%- if days < 0 -%}
        {{ exceptions.raise_compiler_error('dates_in_range: ' ~ end_date_str ~ ' is before ' ~ start_date_str) }}
    {%- endif -%}
    {%- set dates = [] -%}
    {%- for day in range(days + 1) -%}
        {%- do dates.append((first + modules.datetime.timedelta(days=day)).strftime(out_fmt)) -%}
    {%- endfor -%}
    {{ return(dates) }}
{%- endmacro %}

{#- `20180101` or `20180101,20180105`: the days it means. -#}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') -%}
    {%- set ends = (raw_partition_date | string).split(',') | map('trim') | list -%}
    {%- if ends | length > 2 -%}
        {{ exceptions.raise_compiler_error('a partition range is one date or two: ' ~ raw_partition_date) }}
    {%- endif -%}
    {{ return(dates_in_range(ends[0], ends[-1], in_fmt=date_fmt)) }}
{%- endmacro %}

{% macro py_current_timestring() -%}
    {{ return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) }}
{%- endmacro %}
