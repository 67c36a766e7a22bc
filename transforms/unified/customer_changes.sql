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
{%- set believed = digest_of_digests(
    digest_of(ref('field_priorities'), ['source', 'field', 'priority']),
    digest_of(ref('field_rules'), ['field', 'first_rule', 'second_rule', 'third_rule'])
) -%}

{#- Of whom something was written since, came or went: what the models of one row per customer read to write those customers
    anew and no others. Naming somebody in vain costs a row; missing somebody would be wrong. So:
    - identities: everybody who has or had one that was written, or that a record claims which was. What is given to
      somebody through a record, or taken back, moves with it;
    - visits: everybody whom a browser's rewritten events may belong to or have belonged to;
    - everybody, when other sources or rules are believed (seeds `field_priorities`, `field_rules`);
    - what is told, bought, asked, said, agreed to and gone through: whose rows were written, and who lost a touchpoint or
      a voice: an invitation told otherwise gives an answer to somebody else.
    `told_batch` knows of what a customer is called and found by alone: identities, statements, orders. Most of those who
    come again tell nothing new. -#}
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

    {%- for name in ['nodes', 'assignments', 'claims'] %}
    select identity_id, true as is_told from {{ inputs[name] }}
    where {{ above_seen(name) }}
    union
    {%- endfor %}
    select identity_id, true from claims_of_records
    union
    select 'cookie:' || anonymous_id, false from visits
    union
    select 'account:' || account_id, false from visits

),

their_assignments as (

    {{ rows_of(inputs.assignments, 'identity_id', 'changed_identities') }}

),

named as (

    select their_assignments.customer_id, changed_identities.is_told
    from their_assignments
    inner join changed_identities on their_assignments.identity_id = changed_identities.identity_id
    union all
    select customer_id, false from visits
    {%- for name in ['statements', 'orders', 'tickets', 'feedback', 'consents', 'journeys'] %}
    union all
    select customer_id, {{ (name in ['statements', 'orders']) | string | lower }} from {{ inputs[name] }}
    where {{ above_seen(name) }}
    {%- endfor %}
    {%- for name in ['touchpoints', 'voices'] %}
    union all
    select unnest(lost_by), true from {{ inputs[name] }}
    where {{ above_seen(name) }}
    {%- endfor %}
    union all
    select customer_id, true from {{ this }}
    where {{ is_built_since(inputs.voices, seen_of('voices')) }}
        or {{ reference_differs(believed) }}

),

changed as (

    select customer_id, bool_or(is_told) as is_told
    from named
    where customer_id is not null
    group by customer_id

),

held as (

    {{ rows_of(this, 'customer_id', 'changed') }}

),
{%- else %}

changed as (

    select distinct customer_id
    from {{ inputs.assignments }}
    where customer_id is not null

),
{%- endif %}

{%- set batch = next_batch(newest_moment()) %}

final as (

    select
        changed.customer_id,
        {{ batch }} as batch,
        {%- if is_incremental() %}
        case when changed.is_told then {{ batch }} else held.told_batch end as told_batch,
        {%- else %}
        {{ batch }} as told_batch,
        {%- endif %}
        {{ seen_batches(inputs, believed, kept_by='changed.customer_id % 8 = 0') }}
    from changed
    {%- if is_incremental() %}
    left join held on changed.customer_id = held.customer_id
    {%- endif %}

)

select * from final
