{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='text_key',
    gone_when='slip_key is null',
    indexes=[
        {'columns': ['text_key']},
        {'columns': ['slip_key']},
        {'columns': ['is_whole', 'text_key']}
    ]
) }}

{{ match_slip_keys(ref('match_records'), customer_match_rules()) }}
