{{ grows_by_delivery(looked_up_by='subject_id', keeps_reference=true) }}

with {{ delivered_since(
    source('crm', 'consents'),
    "coalesce(btrim(consent_id), '')",
    reference=digest_of(ref('consent_purposes'), ['purpose'])
) }},

purposes as (

    select purpose from {{ ref('consent_purposes') }}

),

parsed as materialized (

    select
        nullif(btrim(consent_id), '') as consent_id,
        {{ one_of('subject_type', ['crm_contact', 'loyalty_member', 'ecommerce_customer']) }} as subject_type,
        nullif(btrim(subject_id), '') as subject_id,
        nullif(lower(btrim(purpose)), '') as purpose,
        {{ is_granted('status') }} as is_granted,
        nullif(lower(btrim(channel)), '') as channel,
        nullif(lower(btrim(contact_channel)), '') as contact_channel_text,
        {{ one_of('contact_channel', ['email', 'sms', 'phone', 'zalo', 'post']) }} as contact_channel,
        {{ clean_value('proof') }} as proof,
        {{ moment('recorded_at') }} as recorded_at,
        coalesce(btrim(consent_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

{#- What would let more be done than was agreed to is set aside: a grant that nothing proves, or one of which nobody can
    say what it is about. A withdrawal needs no proof, and one about a channel nobody knows is about every channel. -#}
judged as (

    select
        parsed.*,
        case
            when parsed.consent_id is null then 'no consent_id'
            when parsed.subject_id is null then 'no subject'
            when parsed.subject_type is null then 'unknown subject_type'
            when purposes.purpose is null then 'unknown purpose'
            when parsed.is_granted is null then 'unknown status'
            when parsed.is_granted and parsed.proof is null then 'granted without proof'
            when parsed.is_granted and parsed.contact_channel is null and parsed.contact_channel_text is not null
                then 'unknown contact_channel'
            when parsed.recorded_at is null then 'no recorded_at'
            when parsed.recorded_at < timestamptz '2000-01-01' then 'recorded_at before 2000'
            when parsed.recorded_at > parsed.loaded_at + interval '1 day' then 'recorded_at in the future'
            when parsed.loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed
    left join purposes on parsed.purpose = purposes.purpose

),

ranked as (

    select
        *,
        row_number() over (
            partition by consent_id, fault is null
            order by loaded_at, recorded_at, is_granted
        ) as delivery_rank
    from judged

),

final as (

    select
        consent_id,
        subject_type,
        subject_id,
        purpose,
        is_granted,
        channel,
        contact_channel,
        proof,
        recorded_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('crm', 'consents'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        (select reference from counted) as reference,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
