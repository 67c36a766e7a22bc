{{ config(enabled=var('identity_matching', true)) }}

{#- Pairs that are probably one person and were not made one: for somebody to look at, the most probable first. -#}
with probable as (

    select * from {{ ref('match_scores') }}
    where probability >= {{ var('identity_match_review', 0.8) }}

),

ends as (

    select low_id as node from probable
    union
    select high_id from probable

),

components as (

    {{ rows_of(ref('identity_components'), 'node', 'ends') }}

),

final as (

    select
        low.identity_id || ' ~ ' || high.identity_id as review_id,
        low.identity_id as identity_a,
        high.identity_id as identity_b,
        probable.probability,
        probable.name_words as name_level,
        probable.birth_date as birth_date_level,
        probable.phone as phone_level,
        probable.email as email_level,
        probable.province as province_level,
        probable.sex as sex_level
    from probable
    inner join components as low on probable.low_id = low.node
    inner join components as high on probable.high_id = high.node
    where low.component <> high.component

)

select * from final
