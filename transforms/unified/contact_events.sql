{#- The touchpoints that come straight from one source each: advertisements, mails, social networks, the app, calls,
    chats, visits, refunds, referrals, first notes in the CRM. Each branch is (id, record, time, channel, kind, …). -#}
{%- set branches = [
    {
        'relation': 'stg_crm__contacts', 'type': 'contact', 'id': 'contact_id', 'at': 'created_at',
        'channel': "'crm'", 'kind': "'contact_made'", 'source': 'crm', 'title': 'lead_source'
    },
    {
        'relation': 'stg_marketing__ad_clicks', 'type': 'ad_click', 'id': 'click_id', 'at': 'occurred_at',
        'channel': "platform || '_ads'", 'kind': "'ad_click'", 'source': 'marketing', 'title': 'landing_page',
        'campaign_id': 'campaign_id', 'value': 'cost'
    },
    {
        'relation': 'stg_social__engagements', 'type': 'engagement', 'id': 'engagement_id', 'at': 'occurred_at',
        'channel': 'platform', 'kind': "'social_engagement'", 'source': 'social', 'title': "kind || ' ' || post_id"
    },
    {
        'relation': 'stg_support__calls', 'type': 'call', 'id': 'call_id', 'at': 'started_at',
        'channel': "'phone'", 'kind': "case when reason = 'product_advice' then 'advice_call' else 'call' end",
        'source': 'support', 'title': 'reason', 'where': "direction = 'inbound'"
    },
    {
        'relation': 'stg_support__chats', 'type': 'chat', 'id': 'conversation_id', 'at': 'started_at',
        'channel': "case when channel = 'web' then 'chat' else channel end",
        'kind': "case when intent = 'product_advice' then 'advice_chat' else 'chat' end",
        'source': 'support', 'title': 'intent', 'product_id': 'product_id'
    },
    {
        'relation': 'stg_pos__store_visits', 'type': 'store_visit', 'id': 'visit_id', 'at': 'visited_at',
        'channel': "'store'", 'kind': "'store_visit'", 'source': 'pos', 'title': 'purpose', 'store_id': 'store_id'
    },
] -%}

with people as (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}

),

identities as (

    select identity_id, customer_id from {{ ref('identities') }}

),

single_source as (

    {%- for branch in branches %}
    select
        '{{ branch.type }}:' || events.{{ branch.id }} as touchpoint_id,
        people.customer_id,
        events.{{ branch.at }} as occurred_at,
        {{ branch.channel }} as channel,
        {{ branch.kind }} as kind,
        '{{ branch.source }}' as source,
        {{ branch.title }} as title,
        null::text as session_id,
        {{ branch.get('campaign_id', 'null::text') }} as campaign_id,
        {{ branch.get('product_id', 'null::text') }} as product_id,
        null::text as order_id,
        {{ branch.get('store_id', 'null::text') }} as store_id,
        {{ branch.get('value', 'null') }}::numeric as value
    from {{ ref(branch.relation) }} as events
    left join people
        on people.record_type = '{{ branch.type }}'
        and events.{{ branch.id }} = people.record_id
    {%- if branch.where is defined %}
    where {{ branch.where }}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

mails as (

    select
        'mail:' || events.event_id as touchpoint_id,
        identities.customer_id,
        events.occurred_at,
        'email' as channel,
        case when events.event_type = 'open' then 'email_open' else 'email_click' end as kind,
        'marketing' as source,
        events.campaign_id as title,
        null::text as session_id,
        events.campaign_id,
        null::text as product_id,
        null::text as order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('stg_marketing__email_events') }} as events
    left join identities on identities.identity_id = 'email:' || events.email
    where events.event_type in ('open', 'click')

),

app as (

    select
        'app:' || events.event_id as touchpoint_id,
        coalesce(by_account.customer_id, by_device.customer_id) as customer_id,
        events.occurred_at,
        'app' as channel,
        case events.event_name
            when 'product_view' then 'app_product_view'
            when 'add_to_cart' then 'add_to_cart'
            when 'feature_use' then 'app_feature_use'
            else 'app_open'
        end as kind,
        'app' as source,
        events.screen as title,
        null::text as session_id,
        null::text as campaign_id,
        events.product_id,
        null::text as order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('stg_app__events') }} as events
    left join identities as by_account on by_account.identity_id = 'account:' || events.account_id
    left join identities as by_device on by_device.identity_id = 'device:' || events.device_id
    where events.event_name in ('open', 'push_open', 'product_view', 'add_to_cart', 'feature_use')

),

refunds as (

    select
        'refund:' || refunds.refund_id as touchpoint_id,
        orders.customer_id,
        refunds.refunded_at as occurred_at,
        'store' as channel,
        'refund' as kind,
        'pos' as source,
        null::text as title,
        null::text as session_id,
        null::text as campaign_id,
        null::text as product_id,
        refunds.order_id,
        refunds.store_id,
        refunds.amount as value
    from {{ ref('refunds') }} as refunds
    left join {{ ref('orders') }} as orders on refunds.order_id = orders.order_id

),

referrals as (

    select
        'referral:' || referrals.referral_id as touchpoint_id,
        identities.customer_id,
        referrals.created_at as occurred_at,
        'referral' as channel,
        'referral' as kind,
        'loyalty' as source,
        referrals.referee_member_no as title,
        null::text as session_id,
        null::text as campaign_id,
        null::text as product_id,
        null::text as order_id,
        null::text as store_id,
        null::numeric as value
    from {{ ref('stg_loyalty__referrals') }} as referrals
    left join identities on identities.identity_id = 'loyalty_no:' || referrals.referrer_member_no

),

final as (

    select * from single_source
    union all
    select * from mails
    union all
    select * from app
    union all
    select * from refunds
    union all
    select * from referrals

)

select * from final
