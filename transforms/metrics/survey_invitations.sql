{{ config(indexes=[{'columns': ['sent_at']}]) }}

with invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

surveys as (

    select * from {{ ref('stg_survey__surveys') }}

),

responses as (

    select invitation_id from {{ ref('stg_survey__responses') }}

),

final as (

    select
        invitations.invitation_id,
        surveys.kind as question,
        invitations.channel,
        invitations.touchpoint_type,
        invitations.is_delivered,
        responses.invitation_id is not null as is_answered,
        invitations.sent_at
    from invitations
    inner join surveys on invitations.survey_id = surveys.survey_id
    left join responses on invitations.invitation_id = responses.invitation_id

)

select * from final
