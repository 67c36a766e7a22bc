{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_survey__invitations') }}
    where rejected_because is null

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
        loaded_at,
        batch
    from delivered

)

select * from final
