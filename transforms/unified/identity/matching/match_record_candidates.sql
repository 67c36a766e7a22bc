{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['low_id', 'high_id'],
    gone_when='seen_batch is null',
    indexes=[
        {'columns': ['low_id', 'high_id'], 'unique': True},
        {'columns': ['high_id']},
        {'columns': ['seen_batch', 'blocks_batch']}
    ]
) }}

{{ match_candidates(
    ref('match_records'), ref('match_record_blocks'), ref('match_slip_keys'), customer_comparisons(), customer_match_rules()
) }}
