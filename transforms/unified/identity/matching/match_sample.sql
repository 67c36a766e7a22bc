{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['low_id', 'high_id'],
    gone_when='seen_batch is null'
) }}

{{ match_sample(ref('match_records'), customer_comparisons(), sample=250) }}
