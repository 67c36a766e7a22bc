{#- Whether a run adds to a relation or makes it anew. -#}

{% macro is_incremental() -%}
    {%- if not execute -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if model.config.materialized != 'incremental' or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {#- nothing is published under this name yet -#}
    {%- if not this -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set relation = load_relation(this) -%}
    {{ return(relation is not none and relation.type == 'table') }}
{%- endmacro %}

{% macro should_full_refresh() -%}
    {%- set wanted = config.get('full_refresh') -%}
    {{ return(flags.FULL_REFRESH if wanted is none else wanted) }}
{%- endmacro %}

{% macro load_relation(relation) -%}
    {{ return(load_cached_relation(relation)) }}
{%- endmacro %}

{% macro load_cached_relation(relation) -%}
    {{ return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) }}
{%- endmacro %}
