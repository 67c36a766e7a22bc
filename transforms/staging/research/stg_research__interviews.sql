{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_research__interviews') }}
    where rejected_because is null

),

final as (

    select
        interview_note_key,
        interview_id,
        contact_id,
        interviewer,
        held_on,
        question,
        note,
        codes,
        loaded_at,
        batch
    from delivered

)

select * from final
