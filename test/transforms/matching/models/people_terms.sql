{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='record_id'
) }}

{{ match_terms(source('raw', 'people'), 'unique_id', people_comparisons()) }}
