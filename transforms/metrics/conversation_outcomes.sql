{{ config(indexes=[{'columns': ['started_at']}]) }}

{#- Contained: the bot alone answered, and the person came to no channel of service within 72 hours. That is not yet
    resolved. Conversations nobody wrote in do not count; those left before saying what for are told apart. -#}
with chats as (

    select * from {{ ref('stg_support__chats') }}

),

messages as (

    select
        conversation_id,
        count(*) as message_count,
        count(*) filter (where sender = 'user') as user_message_count
    from {{ ref('stg_support__chat_messages') }}
    group by conversation_id

),

people as (

    select record_id, customer_id
    from {{ ref('record_identities') }}
    where record_type = 'chat'

),

service_contacts as (

    select customer_id, occurred_at, touchpoint_id
    from {{ ref('touchpoints') }}
    where kind in ('ticket', 'call', 'chat', 'advice_call', 'advice_chat')
        and customer_id is not null

),

final as (

    select
        chats.conversation_id,
        people.customer_id,
        chats.channel,
        coalesce(chats.intent, 'none said') as intent,
        chats.product_id,
        chats.started_at,
        chats.transferred_at,
        coalesce(messages.message_count, 0)::integer as message_count,
        coalesce(messages.user_message_count, 0) >= 1 as is_counted,
        chats.intent is null as is_left_early,
        chats.transferred_at is not null as is_transferred,
        exists (
            select 1
            from service_contacts
            where service_contacts.customer_id = people.customer_id
                and service_contacts.occurred_at > chats.started_at
                and service_contacts.occurred_at <= chats.started_at + interval '72 hours'
                and service_contacts.touchpoint_id <> 'chat:' || chats.conversation_id
        ) as has_recontact
    from chats
    left join messages on chats.conversation_id = messages.conversation_id
    left join people on chats.conversation_id = people.record_id

)

select * from final
