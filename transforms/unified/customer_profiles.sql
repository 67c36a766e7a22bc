{{ config(materialized='view') }}

{#- A view: asked of one customer it reads that customer's statements, and `customers` keeps what survived. -#}

with survivors as (

    {{ survivors(
        ref('profile_statements'),
        'superseded_at is null',
        ref('field_priorities'),
        ref('field_rules')
    ) }}

),

final as (

    select
        customer_id,
        field,
        value,
        source,
        told_count,
        first_told_at,
        last_told_at,
        candidate_count
    from survivors

)

select * from final
