{{ config(
    materialized='incremental', incremental_strategy='replace', unique_key='record_id', gone_when='batch is null'
) }}

{{ match_terms(source('raw', 'people'), 'unique_id', people_comparisons()) }}
