{{ config(
    materialized='incremental', incremental_strategy='replace', unique_key=['low_id', 'high_id'], gone_when='seen_batch is null'
) }}

{{ match_sample(ref('people_terms'), people_comparisons(), sample=var('sample', 400)) }}
