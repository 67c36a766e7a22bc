{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['key', 'record_id'],
    gone_when='batch is null',
    indexes=[
        {'columns': ['key']},
        {'columns': ['record_id']},
        {'columns': ['turned_batch']},
        {'columns': ['batch']}
    ]
) }}

{{ match_blocks(ref('match_records'), customer_match_rules()) }}
