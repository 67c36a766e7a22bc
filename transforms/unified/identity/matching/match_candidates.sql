{{ config(enabled=var('identity_matching', true)) }}

{{ match_candidates(ref('match_values'), customer_comparisons(), customer_match_rules()) }}
