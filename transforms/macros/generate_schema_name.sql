{#- A model's schema is the layer folder it stands in (staging, unified, metrics, segments), so that a file
    moved to another layer needs no config. Custom schemas stand alone: dbt's default would prefix them with
    the target's schema, and every query would have to know who built the table. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is not none -%}
        {{ custom_schema_name | trim }}
    {%- elif node is not none and node.resource_type == 'model' and node.package_name == 'thau' -%}
        {{ node.original_file_path.split('/')[1] }}
    {%- else -%}
        {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
