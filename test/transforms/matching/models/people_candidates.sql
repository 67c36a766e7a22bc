{{ match_candidates(ref('people_terms'), people_comparisons(), people_rules()) }}
