{{ match_parameters(ref('people_terms'), ref('people_candidates'), people_comparisons(), people_rules()) }}
