{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_web__events') }}
    where rejected_because is null

),

final as (

    {#- The same as `event_id`, which good rows have, and with an index. -#}
    select
        delivery_key as event_id,
        anonymous_id,
        account_id,
        event_name,
        occurred_at,
        page,
        product_id,
        order_id,
        email,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        device,
        engaged_seconds,
        detail,
        loaded_at,
        batch
    from delivered

)

select * from final
