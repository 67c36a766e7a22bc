{{ config(
    materialized='incremental', incremental_strategy='replace', unique_key=['low_id', 'high_id'], gone_when='seen_batch is null'
) }}

{{ match_candidates(
    ref('people_terms'), ref('people_blocks'), ref('people_slip_keys'), people_comparisons(), people_rules()
) }}
