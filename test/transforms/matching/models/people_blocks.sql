{{ config(
    materialized='incremental', incremental_strategy='replace', unique_key=['key', 'record_id'], gone_when='batch is null'
) }}

{{ match_blocks(
    ref('people_terms'), people_rules(), most=var('most', 100), most_pairs=var('most_pairs', 3000000)
) }}
