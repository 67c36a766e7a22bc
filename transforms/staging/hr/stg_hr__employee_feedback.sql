{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_hr__employee_feedback') }}
    where rejected_because is null

),

final as (

    select
        feedback_id,
        employee_id,
        department,
        store_id,
        score,
        comment,
        submitted_at,
        loaded_at
    from delivered

)

select * from final
