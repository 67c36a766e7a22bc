{#- How a base model of many rows is kept: written anew are all deliveries of a key (`delivered_since`). The indexes serve the
    next delivery, `rejected_rows`, and readers by batch; `looked_up_by` is a column by which others look rows up. One that joins
    seeds keeps their digest in `reference`, a column that a table built before takes on. -#}
{% macro grows_by_delivery(looked_up_by=none, keeps_reference=false) -%}
    {%- set indexes = [
        {'columns': ['delivery_key']},
        {'columns': ['loaded_at']},
        {'columns': ['rejected_because']},
        {'columns': ['batch']}
    ] -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='delivery_key',
        on_schema_change='append_new_columns' if keeps_reference else 'ignore',
        indexes=indexes + ([{'columns': [looked_up_by]}] if looked_up_by else [])
    ) }}
{%- endmacro %}
