{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['subject_type', 'subject_id'],
    gone_when='consent_id is null',
    indexes=[
        {'columns': ['consent_state_id'], 'unique': True},
        {'columns': ['customer_id', 'purpose', 'contact_channel']},
        {'columns': ['subject_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'consents': ref('base_crm__consents'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set record_types = {'crm_contact': 'contact', 'loyalty_member': 'member', 'ecommerce_customer': 'account'} -%}

{#- Consent is never assumed: what has no row here is refused. A person's last word counts, in whichever system and under
    whichever of their identities it was said; of two words of one moment the withdrawal is the last. A statement about
    every channel ('any') also speaks for each channel the person has said something about.
    Written anew is all that the people said whose statements came or changed hands, and whose they were. -#}
with
{%- if is_incremental() %}

{{ looked() }},

{{ moved_records(inputs) }},

touched as materialized (

    select subject_type, subject_id from {{ inputs.consents }}
    where {{ above_seen('consents') }}
        and subject_type is not null
        and subject_id is not null
    {%- for subject_type, record_type in record_types.items() %}
    union
    select '{{ subject_type }}', record_id from moved_records
    where record_type = '{{ record_type }}'
    {%- endfor %}

),

{{ units_of_people(inputs, record_types, 'subject_type', 'subject_id') }},
{%- endif %}

consents as (

    {{ named_rows(ref('stg_crm__consents'), 'subject_id', 'named', 'subject_id') }}

),

people as (

    {{ owners_of(inputs.people, record_types.values(), 'named', 'subject_id') }}

),

statements as (

    select
        consents.*,
        people.customer_id,
        coalesce(consents.contact_channel, 'any') as about_channel,
        {#- nobody known behind it: the statement stays beside its own key, and grants nothing to anybody -#}
        coalesce(people.customer_id::text, consents.subject_type || ':' || consents.subject_id) collate "C" as person
    from consents
    {%- if is_incremental() %}
    inner join named
        on consents.subject_type = named.subject_type
        and consents.subject_id = named.subject_id
    {%- endif %}
    left join people
        on people.record_type = case consents.subject_type
            {%- for subject_type, record_type in record_types.items() %}
            when '{{ subject_type }}' then '{{ record_type }}'
            {%- endfor %}
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
        said.consent_id || ':' || said.state_channel as consent_state_id,
        said.consent_id,
        said.customer_id,
        said.purpose,
        said.state_channel as contact_channel,
        said.is_granted,
        said.recorded_at as valid_from,
        lead(said.recorded_at) over (
            partition by said.person, said.purpose, said.state_channel
            order by said.recorded_at, said.is_granted desc, said.consent_id
        ) as valid_to,
        'crm' as source,
        subject_type,
        subject_id,
        said.channel,
        said.proof,
        substring(said.proof from '^form-(.+)$') as text_version,
        said.recorded_at,
        said.loaded_at,
        {{ batch_above(inputs.consents, inputs.records, inputs.claims) }} as batch,
        {{ seen_batches(inputs) }}
    {% if is_incremental() -%}
    from named
    left join said using (subject_type, subject_id)
    {%- else -%}
    from said
    {%- endif %}

)

select * from final
