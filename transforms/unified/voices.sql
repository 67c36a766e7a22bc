{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='feedback_id',
    indexes=[
        {'columns': ['feedback_id'], 'unique': True},
        {'columns': ['order_id']},
        {'columns': ['ticket_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'responses': ref('base_survey__responses'),
    'invitations': ref('base_survey__invitations'),
    'reviews': ref('base_ecommerce__reviews'),
    'claims_opened': ref('base_warranty__claims'),
    'mentions': ref('base_social__mentions'),
    'interviews': ref('base_research__interviews'),
    'tickets': ref('tickets'),
    'orders': ref('orders'),
    'receipts': ref('base_pos__receipts'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set surveys = ref('stg_survey__surveys') -%}
{%- set products = ref('products') -%}
{%- set reference = digest_of(surveys, ['survey_id', 'kind', 'scale_min', 'scale_max'])
    ~ ' || ' ~ digest_of(products, ['sku', 'product_id']) -%}

{#- Kinds of voices, where they come from and by which key. -#}
{%- set kinds = [
    ('survey', ref('stg_survey__responses'), 'response_id'),
    ('review', ref('stg_ecommerce__reviews'), 'review_id'),
    ('ticket', inputs.tickets, 'ticket_id'),
    ('mention', ref('stg_social__mentions'), 'mention_id'),
    ('interview', ref('stg_research__interviews'), 'interview_note_key'),
    ('claim', ref('stg_warranty__claims'), 'claim_id')
] -%}

{#- Everything customers said or scored, in one shape, before it is read: feedback adds type, area, topic, feeling.
    Written anew is what was said, or is of an order, a ticket or a person that was written since. What is no voice any
    more stays as a row that says so, and each row names the customers whose it was before (`lost_by`), so that readers
    hear of what went and of who lost it. -#}
with
{%- if is_incremental() %}

{{ people_and_orders_written(inputs) }},

touched_invitations as (

    select invitation_id from {{ inputs.responses }}
    where {{ above_seen('responses') }}
    union
    select invitation_id from {{ inputs.invitations }}
    where {{ above_seen('invitations') }}
    union
    select record_id from moved_records
    where record_type = 'invitation'

),

touched_tickets as (

    select ticket_id from {{ inputs.tickets }}
    where {{ above_seen('tickets') }}

),

touched as materialized (

    {#- the key of a delivered answer is its invitation's #}
    select 'survey:' || response_id as feedback_id from {{ inputs.responses }}
    where delivery_key = {{ any_of('touched_invitations', 'invitation_id') }}
    union
    select 'review:' || review_id from {{ inputs.reviews }}
    where {{ above_seen('reviews') }}
    union
    select 'claim:' || claim_id from {{ inputs.claims_opened }}
    where {{ above_seen('claims_opened') }}
    union
    select 'mention:' || mention_id from {{ inputs.mentions }}
    where {{ above_seen('mentions') }}
    union
    select 'interview:' || interview_note_key from {{ inputs.interviews }}
    where {{ above_seen('interviews') }}
    union
    select 'ticket:' || ticket_id from touched_tickets
    union
    select record_type || ':' || record_id from moved_records
    where record_type in ('review', 'mention', 'claim')
    union
    select 'interview:' || interview_note_key from {{ inputs.interviews }}
    where contact_id = any(array(select record_id from moved_records where record_type = 'contact'))
    union
    select feedback_id from {{ this }}
    where ticket_id = {{ any_of('touched_tickets', 'ticket_id') }}
    union
    select feedback_id from {{ this }}
    where order_id = {{ any_of('touched_orders', 'order_id') }}
    union
    select feedback_id from {{ this }}
    where {{ reference_differs(reference) }}

),
{%- for kind, relation, key in kinds %}

touched_{{ kind }} as (

    select substr(feedback_id, {{ kind | length + 2 }}) as record_id
    from touched
    where feedback_id like '{{ kind }}:%'

),
{%- endfor %}
{%- endif %}
{%- for kind, relation, key in kinds %}

{{ kind }}_rows as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ named_rows(relation, key, 'touched_' ~ kind, 'record_id') }}

),
{%- endfor %}

surveys as (

    select * from {{ surveys }}

),

invitations as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ named_rows(ref('stg_survey__invitations'), 'invitation_id', 'survey_rows', 'invitation_id') }}

),
{%- if is_incremental() %}

asked_records as (

    select invitation_id as record_id from survey_rows
    union all
    select review_id from review_rows
    union all
    select mention_id from mention_rows
    union all
    select contact_id from interview_rows
    union all
    select claim_id from claim_rows

),

asked_orders as (

    select {{ touchpoint_order_key() }} as order_id from invitations
    union all
    select order_key from review_rows

),
{%- endif %}

people as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ owners_of(inputs.people, ['invitation', 'review', 'mention', 'contact', 'claim'], 'asked_records', 'record_id') }}

),

orders as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ named_rows(inputs.orders, 'order_id', 'asked_orders', 'order_id') }}

),

tickets as not materialized (

    select * from {{ inputs.tickets }}

),

answers as (

    {{ voice('survey', 'responses.response_id', 'survey', 'responses.answered_at', 'responses.comment',
        'invitations.channel',
        touchpoint_customer_id='coalesce(tickets.customer_id, orders.customer_id)',
        question='surveys.kind', score='responses.score',
        scale_min='surveys.scale_min', scale_max='surveys.scale_max',
        order_id='coalesce(' ~ touchpoint_order_key() ~ ', tickets.order_id)',
        ticket_id="case when invitations.touchpoint_type = 'ticket' then invitations.touchpoint_id end",
        given_area='tickets.area') }}
    from survey_rows as responses
    inner join surveys on responses.survey_id = surveys.survey_id
    left join invitations on responses.invitation_id = invitations.invitation_id
    left join people
        on people.record_type = 'invitation'
        and responses.invitation_id = people.record_id
    left join tickets
        on invitations.touchpoint_type = 'ticket'
        and invitations.touchpoint_id = tickets.ticket_id
    left join orders on orders.order_id = {{ touchpoint_order_key() }}

),

reviews as (

    {{ voice('review', 'reviews.review_id', 'ecommerce', 'reviews.created_at', 'reviews.review_text',
        'reviews.channel', touchpoint_customer_id='orders.customer_id',
        question="'rating'", score='reviews.rating', scale_min='1', scale_max='5',
        order_id='reviews.order_key', product_id='reviews.product_id') }}
    from review_rows as reviews
    left join people on people.record_type = 'review' and reviews.review_id = people.record_id
    left join orders on reviews.order_key = orders.order_id

),

requests as (

    {{ voice('ticket', 'ticket_id', 'support', 'created_at', "concat_ws('. ', subject, description)", 'channel',
        customer_id='customer_id', order_id='order_id', ticket_id='ticket_id',
        given_topic='topic', given_area='area') }}
    from ticket_rows
    where is_counted

),

mentions as (

    {{ voice('mention', 'mentions.mention_id', 'social', 'mentions.occurred_at', 'mentions.mention_text',
        'mentions.platform') }}
    from mention_rows as mentions
    left join people on people.record_type = 'mention' and mentions.mention_id = people.record_id

),

interviews as (

    {{ voice('interview', 'interviews.interview_note_key', 'research',
        "interviews.held_on::timestamp at time zone '" ~ var('timezone') ~ "'", 'interviews.note', "'interview'",
        question='interviews.question', given_topic='interviews.codes') }}
    from interview_rows as interviews
    left join people on people.record_type = 'contact' and interviews.contact_id = people.record_id

),

claims as (

    {{ voice('claim', 'claims.claim_id', 'warranty', 'claims.opened_at', 'claims.issue', "'warranty'",
        said_as='warranty_claim', product_id='products.product_id',
        given_topic="'warranty'", given_area="'product'") }}
    from claim_rows as claims
    left join people on people.record_type = 'claim' and claims.claim_id = people.record_id
    left join {{ products }} as products on claims.sku = products.sku

),

together as (

    select * from answers
    union all
    select * from reviews
    union all
    select * from requests
    union all
    select * from mentions
    union all
    select * from interviews
    union all
    select * from claims

),

{#- Equal texts are read once. -#}
texts as materialized (

    select distinct voice_text
    from together
    where voice_text is not null

),

keys as materialized (

    select voice_text, {{ spoken_key('voice_text') }} as text_key
    from texts

),

voices as (

    select
        together.*,
        coalesce(keys.text_key, '') as text_key
    from together
    left join keys on together.voice_text = keys.voice_text

),
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'feedback_id', 'touched') }}

),
{%- endif %}

{%- set said = [
    'customer_id', 'given_at', 'kind', 'question', 'score', 'scale_min', 'scale_max', 'voice_text', 'text_key',
    'channel', 'source', 'order_id', 'ticket_id', 'product_id', 'given_topic', 'given_area'
] %}

final as (

    select
        {{ 'touched' if is_incremental() else 'voices' }}.feedback_id,
        {%- for column in said %}
        voices.{{ column }},
        {%- endfor %}
        {{ 'voices.feedback_id is not null' if is_incremental() else 'true' }} as is_current,
        {%- if is_incremental() %}
        nullif(array(
            select unnest(known.lost_by)
            union
            select known.customer_id
            where known.customer_id is not null
                and known.customer_id is distinct from voices.customer_id
        ), '{}') as lost_by,
        {%- else %}
        null::bigint[] as lost_by,
        {%- endif %}
        {{ next_batch(
            thousands_of(inputs.responses, inputs.reviews, inputs.tickets, inputs.records, inputs.claims)
            ~ ' + ' ~ newest_batch(inputs.orders)
        ) }} as batch,
        {{ seen_batches(inputs, reference) }}
    {% if is_incremental() -%}
    from touched
    left join voices on touched.feedback_id = voices.feedback_id
    left join known on touched.feedback_id = known.feedback_id
    where {{ is_written_otherwise('voices', 'known', said) }}
    {%- else -%}
    from voices
    {%- endif %}

)

select * from final
