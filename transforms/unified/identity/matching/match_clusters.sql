{{ config(enabled=var('identity_matching', true)) }}

{{ match_clusters(
    ref('match_profiles'), customer_comparisons(), ref('match_parameters'), ref('match_scores'),
    probable=var('identity_match_review', 0.8), decided=var('identity_match_automatic', 0.99),
    apart=ref('match_apart'), sizes=ref('match_sizes'), max_size=var('identity_max_component', 200)
) }}
