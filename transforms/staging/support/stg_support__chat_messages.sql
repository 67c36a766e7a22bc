{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_support__chat_messages') }}
    where rejected_because is null

),

final as (

    select
        message_key,
        conversation_id,
        message_no,
        sender,
        message_text,
        sent_at,
        loaded_at,
        batch
    from delivered

)

select * from final
