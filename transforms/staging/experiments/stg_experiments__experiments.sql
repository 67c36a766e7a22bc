{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_experiments__experiments') }}
    where rejected_because is null

),

final as (

    select
        experiment_id,
        experiment_name,
        hypothesis,
        metric,
        started_on,
        ended_on,
        loaded_at
    from delivered

)

select * from final
