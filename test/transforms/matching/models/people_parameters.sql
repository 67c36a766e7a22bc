{{ match_parameters(
    ref('people_terms'), ref('people_candidates'), ref('people_sample'), people_comparisons(), people_rules()
) }}
