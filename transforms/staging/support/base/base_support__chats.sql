{{ grows_by_delivery(looked_up_by='conversation_id') }}

with {{ delivered_since(source('support', 'chats'), "coalesce(btrim(conversation_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(conversation_id), '') as conversation_id,
        nullif(lower(btrim(channel)), '') as channel,
        nullif(btrim(anonymous_id), '') as anonymous_id,
        nullif(btrim(profile_id), '') as profile_id,
        {{ phone_e164('phone') }} as phone,
        nullif(lower(btrim(intent)), '') as intent,
        nullif(btrim(product_id), '') as product_id,
        {{ moment('started_at') }} as started_at,
        {{ soon_after('ended_at', 'started_at') }} as ended_at,
        {{ soon_after('transferred_at', 'started_at') }} as transferred_at,
        coalesce(btrim(conversation_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when conversation_id is null then 'no conversation_id'
            when channel is null or channel not in ('web', 'zalo', 'messenger') then 'unknown channel'
            when started_at is null then 'no started_at'
            when started_at < timestamptz '2000-01-01' then 'started_at before 2000'
            when started_at > loaded_at + interval '1 day' then 'started_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by conversation_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

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
        delivery_key,
        {{ next_batch(newest_arrival(source('support', 'chats'))) }} as batch,
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
