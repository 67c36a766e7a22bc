{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_crm__consents') }}
    where rejected_because is null

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
        loaded_at,
        batch
    from delivered

)

select * from final
