{{ grows_by_delivery(looked_up_by='invitation_id') }}

with {{ delivered_since(source('survey', 'invitations'), "coalesce(btrim(invitation_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(invitation_id), '') as invitation_id,
        nullif(btrim(survey_id), '') as survey_id,
        {{ one_of('channel', ['email', 'sms', 'zalo', 'store']) }} as channel,
        {{ email_key('email') }} as email,
        {{ phone_e164('phone') }} as phone,
        {{ one_of('touchpoint_type', ['order', 'ticket', 'receipt']) }} as touchpoint_type,
        nullif(btrim(touchpoint_id), '') as touchpoint_id,
        nullif(lower(btrim(touchpoint_channel)), '') as touchpoint_channel,
        lower(btrim(status)) = 'delivered' as is_delivered,
        {{ moment('sent_at') }} as sent_at,
        coalesce(btrim(invitation_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when invitation_id is null then 'no invitation_id'
            when survey_id is null then 'no survey'
            when is_delivered is null then 'no status'
            when sent_at is null then 'no sent_at'
            when sent_at < timestamptz '2000-01-01' then 'sent_at before 2000'
            when sent_at > loaded_at + interval '1 day' then 'sent_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by invitation_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        invitation_id,
        survey_id,
        channel,
        email,
        phone,
        touchpoint_type,
        touchpoint_id,
        touchpoint_channel,
        is_delivered,
        sent_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('survey', 'invitations'))) }} as batch,
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
