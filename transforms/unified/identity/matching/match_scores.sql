{{ config(enabled=var('identity_matching', true)) }}

with levels as (

    select * from {{ ref('match_candidates') }}

),

{#- Most candidates are strangers: of them it is not told how certainly. -#}
{{ match_scores(
    ref('match_profiles'), customer_comparisons(), ref('match_parameters'),
    at_least=[0.001, var('identity_match_review', 0.8)] | min
) }}

select * from scores
