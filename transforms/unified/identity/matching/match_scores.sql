{{ config(enabled=var('identity_matching', true)) }}

with levels as (

    select * from {{ ref('match_candidates') }}

),

{{ match_scores(ref('match_profiles'), customer_comparisons(), ref('match_parameters')) }}

select * from scores
