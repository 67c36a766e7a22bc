{#- Everything customers said or scored, in one shape, before it is read: feedback adds type, area, topic, feeling. -#}
with surveys as (

    select * from {{ ref('stg_survey__surveys') }}

),

invitations as (

    select * from {{ ref('stg_survey__invitations') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

{#- Each branch finds its records by the index: no copy of all of them. -#}
people as not materialized (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}

),

orders as not materialized (

    select order_id, customer_id from {{ ref('orders') }}

),

tickets as not materialized (

    select * from {{ ref('tickets') }}

),

answers as (

    select
        'survey:' || responses.response_id as feedback_id,
        case
            when invitations.touchpoint_type = 'ticket' then tickets.customer_id
            else orders.customer_id
        end as touchpoint_customer_id,
        people.customer_id,
        responses.answered_at as given_at,
        'survey' as kind,
        surveys.kind as question,
        responses.score::numeric as score,
        surveys.scale_min,
        surveys.scale_max,
        responses.comment as voice_text,
        invitations.channel,
        'survey' as source,
        case invitations.touchpoint_type
            when 'order' then invitations.touchpoint_channel || ':' || invitations.touchpoint_id
            when 'receipt' then 'pos:' || invitations.touchpoint_id
            when 'ticket' then tickets.order_id
        end as order_id,
        case when invitations.touchpoint_type = 'ticket' then invitations.touchpoint_id end as ticket_id,
        null::text as product_id,
        null::text as given_topic,
        tickets.area as given_area
    from responses
    inner join surveys on responses.survey_id = surveys.survey_id
    left join invitations on responses.invitation_id = invitations.invitation_id
    left join people
        on people.record_type = 'invitation'
        and responses.invitation_id = people.record_id
    left join tickets
        on invitations.touchpoint_type = 'ticket'
        and invitations.touchpoint_id = tickets.ticket_id
    left join orders
        on orders.order_id = case invitations.touchpoint_type
            when 'order' then invitations.touchpoint_channel || ':' || invitations.touchpoint_id
            when 'receipt' then 'pos:' || invitations.touchpoint_id
        end

),

reviews as (

    select
        'review:' || reviews.review_id as feedback_id,
        orders.customer_id as touchpoint_customer_id,
        people.customer_id,
        reviews.created_at as given_at,
        'review' as kind,
        'rating' as question,
        reviews.rating::numeric as score,
        1 as scale_min,
        5 as scale_max,
        reviews.review_text as voice_text,
        reviews.channel,
        'ecommerce' as source,
        reviews.order_key as order_id,
        null::text as ticket_id,
        reviews.product_id,
        null::text as given_topic,
        null::text as given_area
    from {{ ref('stg_ecommerce__reviews') }} as reviews
    left join people on people.record_type = 'review' and reviews.review_id = people.record_id
    left join orders on reviews.order_key = orders.order_id

),

requests as (

    select
        'ticket:' || ticket_id as feedback_id,
        null::bigint as touchpoint_customer_id,
        customer_id,
        created_at as given_at,
        'ticket' as kind,
        null::text as question,
        null::numeric as score,
        null::integer as scale_min,
        null::integer as scale_max,
        concat_ws('. ', subject, description) as voice_text,
        channel,
        'support' as source,
        order_id,
        ticket_id,
        null::text as product_id,
        topic as given_topic,
        area as given_area
    from tickets
    where is_counted

),

mentions as (

    select
        'mention:' || mentions.mention_id as feedback_id,
        null::bigint as touchpoint_customer_id,
        people.customer_id,
        mentions.occurred_at as given_at,
        'mention' as kind,
        null::text as question,
        null::numeric as score,
        null::integer as scale_min,
        null::integer as scale_max,
        mentions.mention_text as voice_text,
        mentions.platform as channel,
        'social' as source,
        null::text as order_id,
        null::text as ticket_id,
        null::text as product_id,
        null::text as given_topic,
        null::text as given_area
    from {{ ref('stg_social__mentions') }} as mentions
    left join people on people.record_type = 'mention' and mentions.mention_id = people.record_id

),

interviews as (

    select
        'interview:' || interviews.interview_note_key as feedback_id,
        null::bigint as touchpoint_customer_id,
        people.customer_id,
        interviews.held_on::timestamp at time zone '{{ var("timezone") }}' as given_at,
        'interview' as kind,
        interviews.question,
        null::numeric as score,
        null::integer as scale_min,
        null::integer as scale_max,
        interviews.note as voice_text,
        'interview' as channel,
        'research' as source,
        null::text as order_id,
        null::text as ticket_id,
        null::text as product_id,
        interviews.codes as given_topic,
        null::text as given_area
    from {{ ref('stg_research__interviews') }} as interviews
    left join people on people.record_type = 'contact' and interviews.contact_id = people.record_id

),

claims as (

    select
        'claim:' || claims.claim_id as feedback_id,
        null::bigint as touchpoint_customer_id,
        people.customer_id,
        claims.opened_at as given_at,
        'warranty_claim' as kind,
        null::text as question,
        null::numeric as score,
        null::integer as scale_min,
        null::integer as scale_max,
        claims.issue as voice_text,
        'warranty' as channel,
        'warranty' as source,
        null::text as order_id,
        null::text as ticket_id,
        products.product_id,
        'warranty' as given_topic,
        'product' as given_area
    from {{ ref('stg_warranty__claims') }} as claims
    left join people on people.record_type = 'claim' and claims.claim_id = people.record_id
    left join {{ ref('products') }} as products on claims.sku = products.sku

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

final as (

    select
        together.feedback_id,
        coalesce(together.touchpoint_customer_id, together.customer_id) as customer_id,
        together.given_at,
        together.kind,
        together.question,
        together.score,
        together.scale_min,
        together.scale_max,
        together.voice_text,
        coalesce(keys.text_key, '') as text_key,
        together.channel,
        together.source,
        together.order_id,
        together.ticket_id,
        together.product_id,
        together.given_topic,
        together.given_area
    from together
    left join keys on together.voice_text = keys.voice_text

)

select * from final
