with delivered as (

    select * from {{ source('crm', 'consents') }}

),

parsed as materialized (

    select
        nullif(btrim(consent_id), '') as consent_id,
        {{ one_of('subject_type', ['crm_contact', 'loyalty_member', 'ecommerce_customer']) }} as subject_type,
        nullif(btrim(subject_id), '') as subject_id,
        {{ one_of('purpose', ['marketing', 'profiling', 'sharing', 'service']) }} as purpose,
        lower(btrim(status)) = 'granted' as is_granted,
        nullif(lower(btrim(channel)), '') as channel,
        {{ clean_value('proof') }} as proof,
        recorded_at,
        _loaded_at as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when consent_id is null then 'no consent_id'
            when subject_id is null then 'no subject'
            when purpose is null or purpose not in ('marketing', 'profiling', 'sharing', 'service') then 'unknown purpose'
            when is_granted is null then 'no status'
            when recorded_at is null then 'no recorded_at'
            when recorded_at < timestamptz '2000-01-01' then 'recorded_at before 2000'
            when recorded_at > loaded_at + interval '1 day' then 'recorded_at in the future'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by consent_id, fault is null
            order by loaded_at
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
        proof,
        recorded_at,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
