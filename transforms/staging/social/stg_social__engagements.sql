{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_social__engagements') }}
    where rejected_because is null

),

final as (

    select
        engagement_id,
        platform,
        post_id,
        profile_id,
        kind,
        occurred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
