{{ config(
    materialized='incremental', incremental_strategy='replace', unique_key='text_key', gone_when='slip_key is null'
) }}

{{ match_slip_keys(ref('people_terms'), ref('people_blocks'), people_rules()) }}
