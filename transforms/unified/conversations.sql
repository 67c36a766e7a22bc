{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='conversation_id',
    gone_when='started_at is null',
    indexes=[
        {'columns': ['conversation_id'], 'unique': True},
        {'columns': ['customer_id', 'started_at']},
        {'columns': ['started_at']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'chats': ref('base_support__chats'),
    'messages': ref('base_support__chat_messages'),
    'calls': ref('base_support__calls'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities'),
    'touchpoints': ref('touchpoints')
} -%}
{%- set is_of_service = "kind in ('ticket', 'call', 'chat', 'advice_call', 'advice_chat')" -%}

{#- Chats with the bot, those handed over to a person among them, and calls. Contained: the bot alone answered, and the
    person came to no channel of service within 72 hours; that is not yet resolved, which only an agent's note says.
    Looked at is what came, was written in, changed hands, or is of somebody who turned to service, or did so no more. -#}
with
{%- if is_incremental() %}

{{ looked() }},

{{ moved_records(inputs) }},

turned_to_service as (

    select customer_id from {{ inputs.touchpoints }}
    where {{ above_seen('touchpoints') }}
        and {{ is_of_service }}
    union
    select unnest(lost_by) from {{ inputs.touchpoints }}
    where {{ above_seen('touchpoints') }}
    union
    select customer_id from {{ this }}
    where {{ is_built_since(inputs.touchpoints, seen_of('touchpoints')) }}

),

{#- The base models are read where a delivery that is set aside now may have counted before. -#}
touched as materialized (

    select 'chat:' || conversation_id as conversation_id from {{ inputs.chats }}
    where {{ above_seen('chats') }}
        and conversation_id is not null
    union
    select 'chat:' || conversation_id from {{ inputs.messages }}
    where {{ above_seen('messages') }}
        and conversation_id is not null
    union
    select 'call:' || call_id from {{ inputs.calls }}
    where {{ above_seen('calls') }}
        and call_id is not null
    union
    select record_type || ':' || record_id from moved_records
    where record_type in ('call', 'chat')
    union
    select conversation_id from {{ this }}
    where customer_id = {{ any_of('turned_to_service', 'customer_id') }}

),

touched_records as materialized (

    select
        split_part(conversation_id, ':', 1) as record_type,
        substr(conversation_id, length('call:') + 1) as record_id
    from touched

),
{%- endif %}

chats as (

    {{ named_rows(ref('stg_support__chats'), 'conversation_id', 'touched_records', 'record_id') }}

),

calls as (

    {{ named_rows(ref('stg_support__calls'), 'call_id', 'touched_records', 'record_id') }}

),

messages as (

    {{ named_rows(ref('stg_support__chat_messages'), 'conversation_id', 'chats', 'conversation_id') }}

),

people as (

    {{ owners_of(inputs.people, ['call', 'chat'], 'touched_records', 'record_id') }}

),

service_contacts as (

    select customer_id, occurred_at, touchpoint_id
    from (
        {{ named_rows(inputs.touchpoints, 'customer_id', 'people', 'customer_id') }}
    ) as touchpoints
    where {{ is_of_service }}
        and customer_id is not null

),

asked as (

    select conversation_id, min(sent_at) as asked_at
    from messages
    where sender = 'user'
    group by conversation_id

),

{#- A greeting is no reply: the first reply comes after the person wrote. -#}
counted as (

    select
        messages.conversation_id,
        count(*) as message_count,
        count(*) filter (where messages.sender = 'user') as user_message_count,
        count(*) filter (where messages.sender = 'agent') as agent_message_count,
        min(messages.sent_at) filter (
            where messages.sender <> 'user' and messages.sent_at >= asked.asked_at
        ) as first_reply_at,
        min(messages.sent_at) filter (where messages.sender = 'agent') as first_human_reply_at
    from messages
    left join asked on messages.conversation_id = asked.conversation_id
    group by messages.conversation_id

),

together as (

    select
        'chat:' || chats.conversation_id as conversation_id,
        'chatbot' as kind,
        'chat' as record_type,
        chats.conversation_id as source_id,
        case when chats.channel = 'web' then 'chat' else chats.channel end as channel,
        'inbound' as direction,
        chats.intent as reason,
        chats.product_id,
        null::text as ticket_id,
        null::text as queue,
        null::text as outcome,
        null::text as agent,
        chats.started_at,
        chats.ended_at,
        counted.first_reply_at,
        counted.first_human_reply_at,
        chats.transferred_at,
        coalesce(counted.message_count, 0)::integer as message_count,
        coalesce(counted.user_message_count, 0)::integer as user_message_count,
        case
            when coalesce(counted.agent_message_count, 0) > 0 or chats.transferred_at is not null
                then 'bot_and_agent'
            else 'bot'
        end as handled_by,
        null::boolean as is_resolved
    from chats
    left join counted on chats.conversation_id = counted.conversation_id
    union all
    select
        'call:' || calls.call_id,
        'call',
        'call',
        calls.call_id,
        'phone',
        calls.direction,
        coalesce(calls.reason, 'other'),
        null,
        calls.ticket_id,
        calls.queue,
        calls.outcome,
        calls.agent,
        calls.started_at,
        calls.ended_at,
        calls.answered_at,
        calls.answered_at,
        null,
        null,
        null,
        case when calls.outcome = 'answered' then 'agent' else 'nobody' end,
        calls.is_resolved
    from calls

),

owned as (

    select
        together.*,
        people.customer_id,
        exists (
            select 1
            from service_contacts
            where service_contacts.customer_id = people.customer_id
                and service_contacts.occurred_at > together.started_at
                and service_contacts.occurred_at <= together.started_at + interval '72 hours'
                and service_contacts.touchpoint_id <> together.conversation_id
        ) as has_recontact
    from together
    left join people
        on together.record_type = people.record_type
        and together.source_id = people.record_id

),

told as (

    select
        owned.*,
        extract(epoch from (first_reply_at - started_at))::integer as first_reply_seconds,
        case
            when kind = 'chatbot'
                then user_message_count > 0
                    and reason is not null
                    and transferred_at is null
                    and not has_recontact
        end as is_contained
    from owned

),
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'conversation_id', 'touched') }}

),
{%- endif %}

{%- set said = [
    'customer_id', 'kind', 'source_id', 'channel', 'direction', 'reason', 'product_id', 'ticket_id', 'queue', 'outcome',
    'agent', 'handled_by', 'started_at', 'ended_at', 'first_reply_at', 'first_reply_seconds', 'first_human_reply_at',
    'transferred_at', 'message_count', 'user_message_count', 'is_resolved', 'is_contained', 'has_recontact'
] %}

final as (

    select
        {{ 'touched' if is_incremental() else 'told' }}.conversation_id,
        {%- for column in said %}
        told.{{ column }},
        {%- endfor %}
        {{ batch_above(inputs.chats, inputs.messages, inputs.calls, inputs.records, inputs.claims) }} as batch,
        {{ seen_batches(inputs) }}
    {% if is_incremental() -%}
    from touched
    left join told on touched.conversation_id = told.conversation_id
    left join known on touched.conversation_id = known.conversation_id
    where {{ any_differs('told', 'known', said) }}
    {%- else -%}
    from told
    {%- endif %}

)

select * from final
