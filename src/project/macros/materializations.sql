{#-
  What materializations written in Jinja are made of. Theirs is a candidate that is published with all others: dbt's
  swaps work on it, and grants and comments come after them, the same for every materialization.
-#}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
    {%- set kind = 'temporary ' if temporary else ('unlogged ' if config.get('unlogged', default=false) else '') -%}
    {{ config.get('sql_header', default='') or '' }}
    create {{ kind }}table {{ relation.include(database=false, schema=not temporary) }} as (
        {{ sql }}
    )
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}
    {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
    {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
    {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
    {{ config.get('sql_header', default='') or '' }}
    create view {{ relation }} as (
        {{ sql }}
    )
{%- endmacro %}

{#- Names beside a relation's own; PostgreSQL keeps 63 bytes of each. -#}
{% macro make_relation_with_suffix(base_relation, suffix, dstring=false) -%}
    {%- set ending = suffix ~ (modules.datetime.datetime.now().strftime('%H%M%S%f') if dstring else '') -%}
    {%- set name = base_relation.identifier[:63 - ending | length] ~ ending -%}
    {{ return(base_relation.incorporate(path={'identifier': name})) }}
{%- endmacro %}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') -%}
    {{ return(make_relation_with_suffix(base_relation, suffix)) }}
{%- endmacro %}

{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') -%}
    {%- set beside = make_relation_with_suffix(base_relation, suffix, dstring=true) -%}
    {{ return(beside.incorporate(path={'schema': none, 'database': none})) }}
{%- endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') -%}
    {{ return(make_relation_with_suffix(base_relation, suffix).incorporate(type=backup_relation_type)) }}
{%- endmacro %}

{% macro get_or_create_relation(database, schema, identifier, type) -%}
    {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
    {%- if found -%}
        {{ return([true, found]) }}
    {%- endif -%}
    {{ return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) }}
{%- endmacro %}

{% macro drop_relation(relation) -%}
    {%- do adapter.drop_relation(relation) -%}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) -%}
    {%- if relation is not none -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endif -%}
{%- endmacro %}

{% macro rename_relation(from_relation, to_relation) -%}
    {%- do adapter.rename_relation(from_relation, to_relation) -%}
{%- endmacro %}

{% macro truncate_relation(relation) -%}
    {%- do adapter.truncate_relation(relation) -%}
{%- endmacro %}

{% macro create_schema(relation) -%}
    {%- do adapter.create_schema(relation) -%}
{%- endmacro %}

{% macro get_columns_in_relation(relation) -%}
    {{ return(adapter.get_columns_in_relation(relation)) }}
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
    {%- set columns = index_dict['columns'] -%}
    create {{ 'unique ' if index_dict['unique'] }}index on {{ relation }} using {{ index_dict['type'] or 'btree' }} (
        {{- columns if columns is string else columns | join(', ') -}}
    )
{%- endmacro %}

{% macro create_indexes(relation) -%}
    {%- for index in config.get('indexes', default=[]) or [] -%}
        {%- do run_query(get_create_index_sql(relation, index)) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro should_revoke(existing_relation, full_refresh_mode=true) -%}
    {{ return(existing_relation is not none and not full_refresh_mode) }}
{%- endmacro %}

{#- A run grants and comments by itself, behind every materialization. -#}
{% macro apply_grants(relation, grant_config, should_revoke=true) -%}{%- endmacro %}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}{%- endmacro %}
