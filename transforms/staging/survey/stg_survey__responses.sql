{{ config(materialized='view') }}

{#- Asked of the index row by row, so that whoever reads one batch reads only that. -#}
with delivered as (

    select * from {{ ref('base_survey__responses') }}
    where rejected_because is null

),

final as (

    select
        response_id,
        invitation_id,
        survey_id,
        score,
        comment,
        answered_at,
        loaded_at,
        batch
    from delivered
    where not exists (
        select 1
        from {{ ref('base_survey__responses') }} as later
        where later.delivery_key = delivered.delivery_key
            and later.answered_at > delivered.answered_at
            and later.rejected_because is null
    )

)

select * from final
