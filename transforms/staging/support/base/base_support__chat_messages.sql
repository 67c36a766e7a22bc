{{ grows_by_delivery(looked_up_by='conversation_id') }}

with {{ delivered_since(source('support', 'chat_messages'), "coalesce(btrim(conversation_id) || ':' || message_no, '')") }},

parsed as materialized (

    select
        btrim(conversation_id) || ':' || message_no as message_key,
        nullif(btrim(conversation_id), '') as conversation_id,
        {{ counted('message_no') }} as message_no,
        nullif(lower(btrim(sender)), '') as sender,
        {{ clean_value('text') }} as message_text,
        {{ moment('sent_at') }} as sent_at,
        coalesce(btrim(conversation_id) || ':' || message_no, '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when message_key is null then 'no key'
            when sender is null or sender not in ('user', 'bot', 'agent') then 'unknown sender'
            when sent_at is null then 'no sent_at'
            when sent_at < timestamptz '2000-01-01' then 'sent_at before 2000'
            when sent_at > loaded_at + interval '1 day' then 'sent_at in the future'
            when conversation_id is null then 'no conversation_id'
            when message_no is null then 'no message_no'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by message_key, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        message_key,
        conversation_id,
        message_no,
        sender,
        message_text,
        sent_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('support', 'chat_messages'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
