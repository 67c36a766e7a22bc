{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_support__calls') }}
    where rejected_because is null

),

final as (

    select
        call_id,
        direction,
        phone,
        queue,
        reason,
        outcome,
        is_resolved,
        agent,
        started_at,
        answered_at,
        ended_at,
        ticket_id,
        loaded_at,
        batch
    from delivered

)

select * from final
