{{ config(indexes=[
    {'columns': ['consent_state_id'], 'unique': True},
    {'columns': ['customer_id', 'purpose', 'contact_channel']}
]) }}

{#- Consent is never assumed: what has no row here is refused. A person's last word counts, in whichever system and under
    whichever of their identities it was said; of two words of one moment the withdrawal is the last. A statement about
    every channel ('any') also speaks for each channel the person has said something about. -#}
with consents as (

    select * from {{ ref('stg_crm__consents') }}

),

people as (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}
    where record_type in ('contact', 'member', 'account')

),

statements as (

    select
        consents.*,
        people.customer_id,
        coalesce(consents.contact_channel, 'any') as about_channel,
        {#- nobody known behind it: the statement stays beside its own key, and grants nothing to anybody -#}
        coalesce(people.customer_id::text, consents.subject_type || ':' || consents.subject_id) collate "C" as person
    from consents
    left join people
        on people.record_type = case consents.subject_type
            when 'crm_contact' then 'contact'
            when 'loyalty_member' then 'member'
            else 'account'
        end
        and consents.subject_id = people.record_id

),

channels as (

    select distinct person, purpose, about_channel
    from statements

),

said as (

    select
        statements.*,
        channels.about_channel as state_channel
    from statements
    inner join channels
        on statements.person = channels.person
        and statements.purpose = channels.purpose
        and statements.about_channel in (channels.about_channel, 'any')

),

final as (

    select
        consent_id || ':' || state_channel as consent_state_id,
        consent_id,
        customer_id,
        purpose,
        state_channel as contact_channel,
        is_granted,
        recorded_at as valid_from,
        lead(recorded_at) over (
            partition by person, purpose, state_channel
            order by recorded_at, is_granted desc, consent_id
        ) as valid_to,
        'crm' as source,
        subject_type,
        subject_id,
        channel,
        proof,
        substring(proof from '^form-(.+)$') as text_version,
        recorded_at,
        loaded_at
    from said

)

select * from final
