{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_survey__surveys') }}
    where rejected_because is null

),

final as (

    select
        survey_id,
        kind,
        question,
        scale_min,
        scale_max,
        version,
        sent_after,
        loaded_at
    from delivered

)

select * from final
