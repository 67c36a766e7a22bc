{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_id',
    indexes=[{'columns': ['customer_id'], 'unique': True}, {'columns': ['batch']}]
) }}

{%- set inputs = {
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'nodes': ref('identity_nodes'),
    'assignments': ref('identity_assignments'),
    'events': ref('web_events'),
    'statements': ref('profile_statements'),
    'orders': ref('orders'),
    'tickets': ref('tickets'),
    'voices': ref('voices'),
    'feedback': ref('feedback'),
    'consents': ref('consents'),
    'touchpoints': ref('touchpoints'),
    'journeys': ref('journeys')
} -%}

{#- Of whom something was written since, came or went: what the models of one row per customer read to write those customers
    anew and no others. Naming somebody in vain costs a row; missing somebody would be wrong. So:
    - identities: everybody who has or had one that was written, or that a record claims which was. What is given to
      somebody through a record, or taken back, moves with it;
    - visits: everybody whom a browser's rewritten events may belong to or have belonged to;
    - what is told, bought, asked, said, agreed to and gone through: whose rows were written, and who lost a touchpoint or
      a voice: an invitation told otherwise gives an answer to somebody else. -#}
with
{%- if is_incremental() %}

{{ looked() }},

changed_records as (

    select record_key from {{ inputs.records }}
    where {{ above_seen('records') }}

),

claims_of_records as (

    {{ rows_of(inputs.claims, 'record_key', 'changed_records') }}

),

visits as (

    select distinct anonymous_id, account_id, customer_id
    from {{ inputs.events }}
    where {{ above_seen('events') }}

),

changed_identities as (

    select identity_id from {{ inputs.nodes }}
    where {{ above_seen('nodes') }}
    union
    select identity_id from {{ inputs.assignments }}
    where {{ above_seen('assignments') }}
    union
    select identity_id from {{ inputs.claims }}
    where {{ above_seen('claims') }}
    union
    select identity_id from claims_of_records
    union
    select 'cookie:' || anonymous_id from visits
    union
    select 'account:' || account_id from visits

),

their_assignments as (

    {{ rows_of(inputs.assignments, 'identity_id', 'changed_identities') }}

),

changed as (

    select customer_id from their_assignments
    union
    select customer_id from visits
    {%- for name in ['statements', 'orders', 'tickets', 'feedback', 'consents', 'journeys'] %}
    union
    select customer_id from {{ inputs[name] }}
    where {{ above_seen(name) }}
    {%- endfor %}
    {%- for name in ['touchpoints', 'voices'] %}
    union
    select unnest(lost_by) from {{ inputs[name] }}
    where {{ above_seen(name) }}
    {%- endfor %}
    union
    select customer_id from {{ this }}
    where {{ is_built_since(inputs.voices, seen_of('voices')) }}

),
{%- else %}

changed as (

    select distinct customer_id from {{ inputs.assignments }}

),
{%- endif %}

final as (

    select
        changed.customer_id,
        {{ next_batch(newest_moment()) }} as batch,
        {{ seen_batches(inputs, kept_by='changed.customer_id % 8 = 0') }}
    from changed
    where changed.customer_id is not null

)

select * from final
