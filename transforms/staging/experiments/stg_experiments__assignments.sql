{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_experiments__assignments') }}
    where rejected_because is null

),

final as (

    select
        assignment_key,
        experiment_id,
        unit_type,
        unit_id,
        arm,
        assigned_at,
        loaded_at,
        batch
    from delivered

)

select * from final
