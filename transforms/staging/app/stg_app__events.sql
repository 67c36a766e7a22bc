{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_app__events') }}
    where rejected_because is null

),

final as (

    select
        event_id,
        device_id,
        account_id,
        event_name,
        screen,
        product_id,
        occurred_at,
        os,
        app_version,
        loaded_at,
        batch
    from delivered

)

select * from final
