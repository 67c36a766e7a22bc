{{ config(enabled=var('identity_matching', true)) }}

{#- Pairs that are probably one person and were not made one: for somebody to look at, the most probable first. -#}
with scores as (

    select * from {{ ref('match_scores') }}

),

components as (

    select * from {{ ref('identity_components') }}

),

final as (

    select
        low.identity_id || ' ~ ' || high.identity_id as review_id,
        low.identity_id as identity_a,
        high.identity_id as identity_b,
        scores.probability,
        scores.name_words as name_level,
        scores.birth_date as birth_date_level,
        scores.phone as phone_level,
        scores.email as email_level,
        scores.province as province_level,
        scores.sex as sex_level
    from scores
    inner join components as low on scores.low_id = low.node
    inner join components as high on scores.high_id = high.node
    where scores.probability >= {{ var('identity_match_review', 0.8) }}
        and low.component <> high.component

)

select * from final
