{{ config(materialized='view') }}

{#- Everything protection refused, with the reason: the log of what might have tied people and did not. Edges that gave way
    to a pair kept apart, or to the cap, are the weakest of their component: what is held there waits for somebody. -#}
with held as (

    select * from {{ ref('certain_components') }}
    where is_held

),

apart as (

    select distinct
        least(a.component, b.component) as low,
        greatest(a.component, b.component) as high
    from {{ ref('identities_apart') }} as pairs
    inner join held as a on pairs.a = a.node
    inner join held as b on pairs.b = b.node

),

final as (

    select
        'claim' as kind,
        identity_id as identity_a,
        null as identity_b,
        record_key as first_record_key,
        refused_because
    from {{ ref('identity_claims') }}
    where refused_because is not null
    union all
    select
        'edge',
        identity_a,
        identity_b,
        first_record_key,
        refused_because
    from {{ ref('identity_edges') }}
    where refused_because is not null
    union all
    select
        'held',
        a.identity_id,
        b.identity_id,
        links.first_record_key,
        case
            when apart.low is not null then 'the weakest tie between two people that were told apart'
            else 'the weakest tie of a component of more than {{ var('identity_max_component', 200) }}'
        end
    from {{ ref('identity_links') }} as links
    inner join held as a on links.a = a.node
    inner join held as b on links.b = b.node
    left join apart
        on least(a.component, b.component) = apart.low
        and greatest(a.component, b.component) = apart.high
    where a.component <> b.component

)

select * from final
