{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_support__chats') }}
    where rejected_because is null

),

final as (

    select
        conversation_id,
        channel,
        anonymous_id,
        profile_id,
        phone,
        intent,
        product_id,
        started_at,
        ended_at,
        transferred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
