{{ config(materialized='view') }}

{#- Every value of every profile field that a source holds about a customer now: survivorship chooses among them, and the
    API can show what was not chosen. -#}
with statements as (

    select * from {{ ref('profile_statements') }}
    where superseded_at is null

),

final as (

    select
        customer_id,
        field,
        value,
        source,
        count(*)::integer as told_count,
        min(told_at) as first_told_at,
        max(told_at) as last_told_at
    from statements
    group by customer_id, field, value, source

)

select * from final
