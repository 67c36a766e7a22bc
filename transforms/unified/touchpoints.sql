{{ config(indexes=[
    {'columns': ['touchpoint_id'], 'unique': True},
    {'columns': ['customer_id', 'occurred_at']},
    {'columns': ['occurred_at']}
]) }}

{#- Every interaction in any channel, and three ways to class it: direct or digital, the shop's own channel or not,
    before, during or after the purchase. Kinds and their stages stand in the seed `touchpoint_kinds`. -#}
with site as (

    select
        'web:' || event_id as touchpoint_id,
        customer_id,
        occurred_at,
        'own_site' as channel,
        case
            when event_name in ('begin_checkout', 'shipping', 'payment') then 'begin_checkout'
            else event_name
        end as kind,
        'web' as source,
        coalesce(detail, page) as title,
        session_id,
        utm_campaign as campaign_id,
        product_id,
        null::text as order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('web_events') }}
    where event_name in (
        'page_view', 'product_view', 'search', 'add_to_cart', 'begin_checkout', 'form_submit', 'content_download'
    )

),

purchases as (

    select
        case when source = 'pos' then 'receipt:' else 'order:' end || order_id as touchpoint_id,
        customer_id,
        ordered_at as occurred_at,
        channel,
        case when source = 'pos' then 'receipt' else 'order' end as kind,
        source,
        status as title,
        null::text as session_id,
        null::text as campaign_id,
        null::text as product_id,
        order_id,
        store_id,
        amount as value
    from {{ ref('orders') }}

),

parcels as (

    select
        'delivery:' || order_id as touchpoint_id,
        customer_id,
        delivered_at as occurred_at,
        'delivery' as channel,
        'delivery' as kind,
        'logistics' as source,
        case when is_late then 'late' else 'on time' end as title,
        null::text as session_id,
        null::text as campaign_id,
        null::text as product_id,
        order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('orders') }}
    where delivered_at is not null

),

requests as (

    select
        'ticket:' || ticket_id as touchpoint_id,
        customer_id,
        created_at as occurred_at,
        channel,
        case when topic = 'praise' then 'praise' else 'ticket' end as kind,
        source,
        subject as title,
        null::text as session_id,
        null::text as campaign_id,
        null::text as product_id,
        order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('tickets') }}
    where is_counted

),

voices as (

    select
        feedback_id as touchpoint_id,
        customer_id,
        given_at as occurred_at,
        channel,
        case
            when kind = 'survey' and question = 'nps' and score >= 9 then 'promoter_answer'
            when kind = 'survey' then 'survey_answer'
            when kind = 'review' and score >= 4 then 'good_review'
            when kind = 'review' then 'review'
            when kind = 'warranty_claim' then 'warranty_claim'
            when sentiment > 0.1 then 'praise'
            else 'mention'
        end as kind,
        source,
        concat_ws(' ', question, score::text) as title,
        null::text as session_id,
        null::text as campaign_id,
        product_id,
        order_id,
        null::text as store_id,
        score as value
    from {{ ref('feedback') }}
    where kind in ('survey', 'review', 'mention', 'warranty_claim')

),

contacts as (

    select * from {{ ref('contact_events') }}

),

together as (

    select * from site
    union all
    select * from purchases
    union all
    select * from parcels
    union all
    select * from requests
    union all
    select * from voices
    union all
    select * from contacts

),

kinds as (

    select * from {{ ref('touchpoint_kinds') }}

),

channels as (

    select * from {{ ref('channels') }}

),

final as (

    select
        together.touchpoint_id,
        together.customer_id,
        together.occurred_at,
        together.channel,
        together.kind,
        kinds.stage,
        stages.stage_order as stage_position,
        kinds.phase,
        case
            when kinds.is_after_sales then 'after_sales'
            else coalesce(channels.kind, 'digital')
        end as class,
        coalesce(channels.is_direct, false) as is_direct,
        together.source,
        nullif(together.title, '') as title,
        together.session_id,
        together.campaign_id,
        together.product_id,
        together.order_id,
        together.store_id,
        together.value
    from together
    inner join kinds on together.kind = kinds.kind
    inner join {{ ref('journey_stage_names') }} as stages on kinds.stage = stages.stage
    left join channels on together.channel = channels.channel

)

select * from final
