{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_support__ticket_events') }}
    where rejected_because is null

),

final as (

    select
        event_id,
        ticket_id,
        event_type,
        actor,
        occurred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
