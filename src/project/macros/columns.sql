{#- Columns and relations as materialisations of packages handle them: compared, listed, added, merged. -#}

{% macro get_quoted_csv(column_names) -%}
    {%- set quoted = [] -%}
    {%- for name in column_names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
    {{ return(quoted | join(', ')) }}
{%- endmacro %}

{#- The columns of the first list whose names the second lacks. -#}
{% macro diff_columns(source_columns, target_columns) -%}
    {%- set known = target_columns | map(attribute='column') | map('lower') | list -%}
    {%- set missing = [] -%}
    {%- for column in source_columns if column.column | lower not in known -%}
        {%- do missing.append(column) -%}
    {%- endfor -%}
    {{ return(missing) }}
{%- endmacro %}

{#- The columns both have with other types, each with the type it is to get. -#}
{% macro diff_column_data_types(source_columns, target_columns) -%}
    {%- set changed = [] -%}
    {%- for new in source_columns -%}
        {%- for old in target_columns if old.column | lower == new.column | lower and old.data_type != new.data_type -%}
            {%- if not old.can_expand_to(other_column=new) -%}
                {%- do changed.append({'column_name': old.name, 'new_type': new.data_type}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(changed) }}
{%- endmacro %}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') -%}
    {%- if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}
        {{ return(on_schema_change) }}
    {%- endif -%}
    {{ return(default) }}
{%- endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) -%}
    {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
    {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
    {%- set added = diff_columns(source_columns, target_columns) -%}
    {%- set removed = diff_columns(target_columns, source_columns) -%}
    {%- set retyped = diff_column_data_types(source_columns, target_columns) -%}
    {{ return({
        'schema_changed': added | length + removed | length + retyped | length > 0,
        'source_not_in_target': added,
        'target_not_in_source': removed,
        'source_columns': source_columns,
        'target_columns': target_columns,
        'new_target_types': retyped
    }) }}
{%- endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) -%}
    {%- set added = schema_changes_dict['source_not_in_target'] -%}
    {%- if on_schema_change == 'append_new_columns' and added -%}
        {%- do alter_relation_add_remove_columns(target_relation, added, none) -%}
    {%- elif on_schema_change == 'sync_all_columns' -%}
        {%- set removed = schema_changes_dict['target_not_in_source'] -%}
        {%- if added or removed -%}
            {%- do alter_relation_add_remove_columns(target_relation, added, removed) -%}
        {%- endif -%}
        {%- for change in schema_changes_dict['new_target_types'] -%}
            {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Brings a table's columns up to date and answers those that are written; nothing when changes are ignored. -#}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) -%}
    {%- if on_schema_change == 'ignore' -%}{{ return({}) }}{%- endif -%}
    {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
    {%- if changes['schema_changed'] -%}
        {%- if on_schema_change == 'fail' -%}
            {%- do exceptions.raise_compiler_error('The columns of ' ~ source_relation ~ ' and ' ~ target_relation ~ ' differ, and on_schema_change is fail.') -%}
        {%- endif -%}
        {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
    {%- endif -%}
    {{ return(changes['source_columns']) }}
{%- endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
    {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}

{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
    {%- set name = adapter.quote(column_name) -%}
    {%- do run_query('alter table ' ~ relation ~ ' alter column ' ~ name ~ ' type ' ~ new_column_type ~ ' using ' ~ name ~ '::' ~ new_column_type) -%}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
    {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}

{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- set steps = [] -%}
    {%- for column in add_columns or [] -%}
        {%- do steps.append('add column ' ~ column.quoted ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- for column in remove_columns or [] -%}{%- do steps.append('drop column ' ~ column.quoted) -%}{%- endfor -%}
    {%- if steps -%}{%- do run_query('alter table ' ~ relation ~ ' ' ~ steps | join(', ')) -%}{%- endif -%}
{%- endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
    {%- if merge_update_columns and merge_exclude_columns -%}
        {%- do exceptions.raise_compiler_error('merge_update_columns and merge_exclude_columns cannot be given together') -%}
    {%- endif -%}
    {%- set excluded = (merge_exclude_columns or []) | map('lower') | list -%}
    {%- set kept = [] -%}
    {%- for column in dest_columns if column.column | lower not in excluded -%}{%- do kept.append(column.quoted) -%}{%- endfor -%}
    {{ return(merge_update_columns or kept) }}
{%- endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
    {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    insert into {{ target_relation }} ({{ columns }}) (select {{ columns }} from {{ temp_relation }})
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    {%- set matches = (incremental_predicates or []) | list -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key or []) -%}
        {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
    {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
    merge into {{ target }} as DBT_INTERNAL_DEST
    using {{ source }} as DBT_INTERNAL_SOURCE
    on {{ '(' ~ (matches | join(') and (')) ~ ')' if matches else 'false' }}
    {% if unique_key -%}
    when matched then update set {% for name in updated %}{{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
    {% endif -%}
    when not matched then insert ({{ columns }}) values ({{ columns }})
{%- endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    {%- set keys = ([unique_key] if unique_key is string else unique_key or []) | join(', ') -%}
    {% if keys -%}
    delete from {{ target }} as DBT_INTERNAL_DEST
    where ({{ keys }}) in (select {{ keys }} from {{ source }})
    {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %};
    {% endif -%}
    insert into {{ target }} ({{ columns }}) (select {{ columns }} from {{ source }})
{%- endmacro %}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
    {%- if select_sql_header is not none -%}{{ select_sql_header }}{%- endif %}
    select * from ({{ select_sql }}) as __dbt_sbq
    where false
    limit 0
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
    {{ return(adapter.get_column_schema_from_query(select_sql) | map(attribute='name') | list) }}
{%- endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
    {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{% macro get_limit_subquery_sql(sql, limit) -%}
    select * from ({{ sql }}) as model_limit_subq limit {{ limit }}
{%- endmacro %}

{% macro set_sql_header(config) -%}
    {{ config.set('sql_header', caller()) }}
{%- endmacro %}

{% macro drop_schema(relation) -%}
    {%- do adapter.drop_schema(relation) -%}
{%- endmacro %}

{% macro check_schema_exists(information_schema, schema) -%}
    {{ return(run_query("select count(*) from information_schema.schemata where schema_name = '" ~ schema ~ "'")) }}
{%- endmacro %}

{% macro list_schemas(database) -%}
    {{ return(run_query('select distinct nspname from pg_namespace')) }}
{%- endmacro %}

{% macro information_schema_name(database) -%}
    {{ return((adapter.quote(database) ~ '.' if database else '') ~ 'information_schema') }}
{%- endmacro %}

{#- A row a relation, with dbt's columns: database, name, schema, type. -#}
{% macro list_relations_without_caching(schema_relation) -%}
    {{ return(run_query(
        "select table_catalog as database, table_name as name, table_schema as schema,"
        ~ " case table_type when 'BASE TABLE' then 'table' else lower(table_type) end as type"
        ~ " from information_schema.tables where lower(table_schema) = lower('" ~ schema_relation.schema ~ "')"
    )) }}
{%- endmacro %}
