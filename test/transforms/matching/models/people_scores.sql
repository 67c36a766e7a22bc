with levels as (

    select * from {{ ref('people_candidates') }}

),

{{ match_scores(ref('people_terms'), people_comparisons(), ref('people_parameters')) }}

select * from scores
