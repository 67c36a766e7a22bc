{#- The four tests every project has. Rows are failures. -#}

{% test unique(model, column_name) -%}
    {{ return(adapter.dispatch('test_unique', 'dbt')(model, column_name)) }}
{%- endtest %}

{% macro default__test_unique(model, column_name) -%}
select
    {{ column_name }} as unique_field,
    count(*) as n_records
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{%- endmacro %}

{% test not_null(model, column_name) -%}
    {{ return(adapter.dispatch('test_not_null', 'dbt')(model, column_name)) }}
{%- endtest %}

{% macro default__test_not_null(model, column_name) -%}
{%- set columns = '*' if should_store_failures() else column_name -%}
select {{ columns }}
from {{ model }}
where {{ column_name }} is null
{%- endmacro %}

{% test accepted_values(model, column_name, values, quote=true) -%}
    {{ return(adapter.dispatch('test_accepted_values', 'dbt')(model, column_name, values, quote)) }}
{%- endtest %}

{% macro default__test_accepted_values(model, column_name, values, quote=true) -%}
with all_values as (
    select
        {{ column_name }} as value_field,
        count(*) as n_records
    from {{ model }}
    group by {{ column_name }}
)

select *
from all_values
where value_field not in (
    {%- for value in values %}
    {{ "'" ~ value ~ "'" if quote else value }}{{ ',' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{% test relationships(model, column_name, to, field) -%}
    {{ return(adapter.dispatch('test_relationships', 'dbt')(model, column_name, to, field)) }}
{%- endtest %}

{% macro default__test_relationships(model, column_name, to, field) -%}
select child.from_field
from (
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
) as child
left join (
    select {{ field }} as to_field
    from {{ to }}
) as parent
    on child.from_field = parent.to_field
where parent.to_field is null
{%- endmacro %}

{#- The relation a test reads: the model, or its rows that the config `where` keeps. -#}
{% macro get_where_subquery(relation) -%}
    {{ return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_where_subquery(relation) -%}
    {%- set where = config.get('where', '') -%}
    {%- if where -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') dbt_subquery') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro should_store_failures() -%}
    {%- set how = config.get('store_failures_as') -%}
    {%- if how is not none -%}
        {{ return(how != 'ephemeral') }}
    {%- endif -%}
    {%- set wanted = config.get('store_failures') -%}
    {{ return(flags.STORE_FAILURES if wanted is none else wanted) }}
{%- endmacro %}

{#- The query that counts a test's failures. -#}
{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}

{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
select
    {{ fail_calc }} as failures,
    {{ fail_calc }} {{ warn_if }} as should_warn,
    {{ fail_calc }} {{ error_if }} as should_error
from (
    {{ main_sql }}
    {{ 'limit ' ~ limit if limit is not none }}
) as dbt_internal_test
{%- endmacro %}
