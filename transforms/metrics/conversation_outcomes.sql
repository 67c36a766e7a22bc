{{ config(indexes=[{'columns': ['started_at']}]) }}

{#- Conversations nobody wrote in do not count; those left before saying what for are told apart. -#}
with conversations as (

    select * from {{ ref('conversations') }}
    where kind = 'chatbot'

),

final as (

    select
        source_id as conversation_id,
        customer_id,
        case when channel = 'chat' then 'web' else channel end as channel,
        coalesce(reason, 'none said') as intent,
        product_id,
        started_at,
        transferred_at,
        message_count,
        user_message_count >= 1 as is_counted,
        reason is null as is_left_early,
        transferred_at is not null as is_transferred,
        has_recontact
    from conversations

)

select * from final
