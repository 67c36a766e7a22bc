{{ grows_by_delivery(looked_up_by='ticket_id') }}

with {{ delivered_since(source('support', 'tickets'), "coalesce(btrim(ticket_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(ticket_id), '') as ticket_id,
        {{ one_of('channel', ['email', 'phone', 'chat', 'facebook', 'zalo', 'store']) }} as channel,
        {{ clean_value('requester_name') }} as requester_name,
        {{ search_key('requester_name') }} as name_key,
        {{ email_key('requester_email') }} as email,
        {{ phone_e164('requester_phone') }} as phone,
        lower(btrim(order_channel)) || ':' || btrim(order_id) as order_key,
        {{ clean_value('subject') }} as subject,
        {{ clean_value('description') }} as description,
        {{ one_of('category', ['delivery', 'product_quality', 'refund', 'warranty', 'payment', 'usage', 'praise', 'other']) }} as category,
        {{ one_of('area', ['product', 'logistics', 'inventory', 'supply_chain', 'operations', 'service', 'price', 'other']) }} as area,
        {{ one_of('priority', ['low', 'normal', 'high', 'urgent']) }} as priority,
        nullif(lower(btrim(status)), '') as status,
        nullif(btrim(merged_into), '') as merged_into,
        {{ clean_value('agent') }} as agent,
        {{ moment('created_at') }} as created_at,
        {{ moment('updated_at') }} as updated_at,
        coalesce(btrim(ticket_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when ticket_id is null then 'no ticket_id'
            when status is null or status not in ('new', 'open', 'pending', 'solved', 'closed', 'merged', 'spam') then 'unknown status'
            when updated_at is null then 'no updated_at'
            when created_at is null then 'no created_at'
            when created_at < timestamptz '2000-01-01' then 'created_at before 2000'
            when created_at > loaded_at + interval '1 day' then 'created_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by ticket_id, updated_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        ticket_id,
        channel,
        requester_name,
        name_key,
        email,
        phone,
        order_key,
        subject,
        description,
        category,
        area,
        priority,
        status,
        merged_into,
        agent,
        created_at,
        updated_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('support', 'tickets'))) }} as batch,
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
