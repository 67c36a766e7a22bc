{{ match_clusters(
    ref('people_terms'), people_comparisons(), ref('people_parameters'), ref('people_scores'), probable=0.1, decided=0.5
) }}
