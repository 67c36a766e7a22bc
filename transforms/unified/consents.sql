{{ config(indexes=[{'columns': ['customer_id', 'purpose']}]) }}

{#- Consent is never assumed: a purpose without a row is refused. The newest statement of a person counts, whichever
    system it was made in; the earlier ones stay. -#}
with consents as (

    select * from {{ ref('stg_crm__consents') }}

),

people as (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}

),

final as (

    select
        consents.consent_id,
        people.customer_id,
        consents.purpose,
        consents.is_granted,
        consents.channel,
        consents.proof,
        consents.subject_type,
        consents.subject_id,
        consents.recorded_at,
        lead(consents.recorded_at) over (
            partition by people.customer_id, consents.purpose
            order by consents.recorded_at, consents.consent_id
        ) as superseded_at
    from consents
    left join people
        on people.record_type = case consents.subject_type
            when 'crm_contact' then 'contact'
            when 'loyalty_member' then 'member'
            else 'account'
        end
        and consents.subject_id = people.record_id

)

select * from final
