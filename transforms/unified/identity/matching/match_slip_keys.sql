{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='text_key',
    gone_when='slip_key is null',
    indexes=[
        {'columns': ['text_key']},
        {'columns': ['slip_key']},
        {'columns': ['seen_batch']}
    ]
) }}

{{ match_slip_keys(ref('match_records'), ref('match_record_blocks'), customer_match_rules()) }}
