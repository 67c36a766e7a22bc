{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_marketing__campaigns') }}
    where rejected_because is null

),

final as (

    select
        campaign_id,
        campaign_name,
        channel,
        started_on,
        ended_on,
        cost,
        currency,
        loaded_at
    from delivered

)

select * from final
