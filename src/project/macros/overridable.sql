{#-
  The standard materializations in Jinja, step by step by the macros that a project may have its own of. thau builds
  by statements of its own, and takes these where the project has such a macro: `MacroTable.materialization`. A copy
  of what is published stands at `this` unless all is made anew.
-#}

{% macro make_around_hooks() -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {{ caller() }}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
{%- endmacro %}

{% materialization table, default %}
    {%- set made = this.incorporate(type='table') -%}
    {% call make_around_hooks() %}
        {% do drop_relation_if_exists(load_cached_relation(this)) %}
        {% call statement('main') %}{{ get_create_table_as_sql(false, made, sql) }}{% endcall %}
        {% do create_indexes(made) %}
    {% endcall %}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{% materialization view, default %}
    {%- set made = this.incorporate(type='view') -%}
    {% call make_around_hooks() %}
        {% do drop_relation_if_exists(load_cached_relation(this)) %}
        {% call statement('main') %}{{ get_create_view_as_sql(made, sql) }}{% endcall %}
    {% endcall %}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{% materialization incremental, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set made = this.incorporate(type='table') -%}
    {% call make_around_hooks() %}
        {% if existing is none or existing.type != 'table' or should_full_refresh() %}
            {% do drop_relation_if_exists(existing) %}
            {% call statement('main') %}{{ get_create_table_as_sql(false, made, sql) }}{% endcall %}
            {% do create_indexes(made) %}
        {% else %}
            {%- set arriving = make_temp_relation(made) -%}
            {% do run_query(get_create_table_as_sql(true, arriving, sql)) %}
            {% do adapter.expand_target_column_types(from_relation=arriving, to_relation=made) %}
            {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change')) -%}
            {%- set written = process_schema_changes(on_schema_change, arriving, existing) -%}
            {%- set columns = written or adapter.get_columns_in_relation(existing) -%}
            {% call statement('main') %}{{ sql_of_strategy(made, arriving, columns) }}{% endcall %}
            {% do drop_relation_if_exists(arriving) %}
        {% endif %}
    {% endcall %}
    {{ return({'relations': [made]}) }}
{% endmaterialization %}

{% materialization test, default %}
    {% call statement('main', fetch_result=true) %}
        {{ get_test_sql(sql, config.get('fail_calc') or 'count(*)', config.get('warn_if') or '!= 0', config.get('error_if') or '!= 0', config.get('limit')) }}
    {% endcall %}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{% macro sql_of_strategy(made, arriving, columns) -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
    {{ return(strategy({
        'target_relation': made,
        'temp_relation': arriving,
        'unique_key': config.get('unique_key'),
        'dest_columns': columns,
        'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
    })) }}
{%- endmacro %}

{#- The same where thau makes the table: `this` is what is written to, `arriving` the name of a temporary table. -#}
{% macro sql_of_strategy_on_this(arriving, column_names) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(this) if column.name in column_names -%}
        {%- do columns.append(column) -%}
    {%- endfor -%}
    {{ return(sql_of_strategy(this.incorporate(type='table'), api.Relation.create(identifier=arriving, type='table'), columns)) }}
{%- endmacro %}

{#- What each strategy does with the rows that arrive: `get_incremental_<strategy>_sql` of a project is one more. -#}
{% macro get_incremental_append_sql(arg_dict) -%}
    {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_append_sql(arg_dict) -%}
    {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{%- endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) -%}
    {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_delete_insert_sql(arg_dict) -%}
    {{ return(get_delete_insert_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'], arg_dict['dest_columns'],
        arg_dict['incremental_predicates']
    )) }}
{%- endmacro %}

{% macro get_incremental_merge_sql(arg_dict) -%}
    {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_merge_sql(arg_dict) -%}
    {{ return(get_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'], arg_dict['dest_columns'],
        arg_dict['incremental_predicates']
    )) }}
{%- endmacro %}

{% macro get_incremental_default_sql(arg_dict) -%}
    {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{%- endmacro %}

{% macro default__get_incremental_default_sql(arg_dict) -%}
    {%- if arg_dict['unique_key'] -%}
        {{ return(get_incremental_delete_insert_sql(arg_dict)) }}
    {%- endif -%}
    {{ return(get_incremental_append_sql(arg_dict)) }}
{%- endmacro %}
