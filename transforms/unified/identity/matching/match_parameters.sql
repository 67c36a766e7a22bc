{{ config(enabled=var('identity_matching', true)) }}

{{ match_parameters(
    ref('match_record_values'), ref('match_record_candidates'), customer_comparisons(), customer_match_rules(), sample=250
) }}
