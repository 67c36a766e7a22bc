{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_marketing__ad_clicks') }}
    where rejected_because is null

),

final as (

    select
        click_id,
        campaign_id,
        platform,
        anonymous_id,
        landing_page,
        cost,
        occurred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
