{{ match_terms(source('raw', 'people'), 'unique_id', people_comparisons()) }}
