{#- incremental_strategy='replace': what the increment names by `unique_key` is written anew as a whole, such as all rows
    of a customer. Unlike delete+insert it can leave nothing: a row of which `gone_when` holds only names its key and is
    never stored. A build in full would store it, so models make such rows under `is_incremental()` alone. `held_when` is a
    condition that every row of the increment meets whose key is in the table: of others nothing is looked for to delete. -#}
{% macro get_incremental_replace_sql(arg_dict) -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set keys = [] if not key else [key] if key is string else key -%}
    {%- if keys | length == 0 -%}
        {{ exceptions.raise_compiler_error("incremental_strategy 'replace' needs a unique_key: the key of what is written anew") }}
    {%- endif -%}
    {%- set predicates = arg_dict['incremental_predicates'] or [] -%}
    {%- set gone_when = config.get('gone_when') -%}
    {%- set held_when = config.get('held_when') -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name') | list) -%}
delete from {{ arg_dict['target_relation'] }} as dbt_internal_dest
where ({{ keys | join(', ') }}) in (
    select distinct {{ keys | join(', ') }}
    from {{ arg_dict['temp_relation'] }} as dbt_internal_source
    {%- if held_when %}
    where {{ held_when }}
    {%- endif %}
)
    {%- for predicate in ([predicates] if predicates is string else predicates) %}
    and {{ predicate }}
    {%- endfor %};

insert into {{ arg_dict['target_relation'] }} ({{ columns }})
select {{ columns }}
from {{ arg_dict['temp_relation'] }}
    {%- if gone_when %}
where ({{ gone_when }}) is not true
    {%- endif %};
{%- endmacro %}
