{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_marketing__email_events') }}
    where rejected_because is null

),

final as (

    select
        event_id,
        campaign_id,
        email,
        event_type,
        anonymous_id,
        occurred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
