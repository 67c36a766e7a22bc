{{ config(enabled=var('identity_matching', true)) }}

{{ match_parameters(
    ref('match_records'), ref('match_record_candidates'), ref('match_sample'), customer_comparisons(), customer_match_rules()
) }}
