{#- How a base model of many rows is kept: written anew are all deliveries of a key (`delivered_since`). The indexes serve the
    next delivery, `rejected_rows`, and readers by batch; `looked_up_by` is a column by which others look rows up. -#}
{% macro grows_by_delivery(looked_up_by=none) -%}
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
        indexes=indexes + ([{'columns': [looked_up_by]}] if looked_up_by else [])
    ) }}
{%- endmacro %}
