{#- A browser and an app installation are seen once per account or email that used them, not once per event:
    the events' identity is their cookie's or device's. -#}
with accounts as (

    select * from {{ ref('stg_ecommerce__customers') }}

),

browsers as (

    select
        anonymous_id,
        account_id,
        email,
        min(occurred_at) as seen_at
    from {{ ref('stg_web__events') }}
    group by 1, 2, 3

),

phones as (

    select
        device_id,
        account_id,
        min(occurred_at) as seen_at
    from {{ ref('stg_app__events') }}
    group by 1, 2

),

mail_clicks as (

    select
        email,
        anonymous_id,
        min(occurred_at) as seen_at
    from {{ ref('stg_marketing__email_events') }}
    group by 1, 2

),

{#- An order or a ticket is an identifier only where another record names it: a parcel's question, a survey's answer. -#}
named_orders as (

    select order_key from {{ ref('stg_support__tickets') }}
    union
    select order_key from {{ ref('stg_ecommerce__reviews') }}
    union
    select {{ touchpoint_order_key() }} from {{ ref('stg_survey__invitations') }}
    union
    select {{ claim_order_key() }} from {{ ref('stg_warranty__claims') }}

),

calls as (

    select distinct ticket_id from {{ ref('stg_support__calls') }}

),

records as (

    {{ identity_record('stg_crm__contacts', 'crm', 'contact', 'contact_id', 'created_at', 'name_key',
        crm_id='contact_id', phone='phone', email='email') }}
    union all
    {{ identity_record('stg_loyalty__members', 'loyalty', 'member', 'member_no', 'joined_at', 'name_key',
        loyalty_no='member_no', phone='phone', email='email') }}
    union all
    {{ identity_record('stg_ecommerce__customers', 'ecommerce', 'account', 'customer_id', 'registered_at', 'name_key',
        account='customer_id', phone='phone', email='email', cookie='anonymous_id') }}
    union all
    {{ identity_record('stg_ecommerce__orders', 'ecommerce', 'order', 'order_key', 'placed_at', 'name_key',
        account='account_id', phone='phone', email='email', cookie='anonymous_id',
        buyer="channel || ':' || coalesce(shop_id, '') || ':' || buyer_id", order_key='order_key') }}
    union all
    {{ identity_record('stg_ecommerce__carts', 'ecommerce', 'cart', 'cart_id', 'created_at',
        account='account_id', cookie='anonymous_id') }}
    union all
    {{ identity_record('stg_ecommerce__reviews', 'ecommerce', 'review', 'review_id', 'created_at',
        account='account_id', order_key='order_key') }}
    union all
    {{ identity_record('stg_pos__receipts', 'pos', 'receipt', 'receipt_id', 'sold_at', 'name_key',
        loyalty_no='member_no', phone='phone', order_key="'pos:' || receipt_id") }}
    union all
    {{ identity_record('stg_pos__store_visits', 'pos', 'store_visit', 'visit_id', 'visited_at',
        loyalty_no='member_no', phone='phone') }}
    union all
    {{ identity_record('stg_loyalty__referrals', 'loyalty', 'referral', 'referral_id', 'created_at',
        loyalty_no='referee_member_no', phone='referee_phone') }}
    union all
    {{ identity_record('stg_support__tickets', 'support', 'ticket', 'ticket_id', 'created_at', 'name_key',
        phone='phone', email='email', order_key='order_key', ticket='ticket_id') }}
    union all
    {{ identity_record('stg_support__calls', 'support', 'call', 'call_id', 'started_at',
        phone='phone', ticket='ticket_id') }}
    union all
    {{ identity_record('stg_support__chats', 'support', 'chat', 'conversation_id', 'started_at',
        phone='phone', cookie='anonymous_id', profile="channel || ':' || profile_id") }}
    union all
    {{ identity_record('stg_survey__invitations', 'survey', 'invitation', 'invitation_id', 'sent_at',
        phone='phone', email='email', order_key=touchpoint_order_key()) }}
    union all
    {{ identity_record('stg_warranty__claims', 'warranty', 'claim', 'claim_id', 'opened_at', 'name_key',
        phone='phone', order_key=claim_order_key()) }}
    union all
    {{ identity_record('stg_social__mentions', 'social', 'mention', 'mention_id', 'occurred_at',
        phone='phone', profile="platform || ':' || profile_id") }}
    union all
    {{ identity_record('stg_social__engagements', 'social', 'engagement', 'engagement_id', 'occurred_at',
        profile="platform || ':' || profile_id") }}
    union all
    {{ identity_record('stg_marketing__ad_clicks', 'marketing', 'ad_click', 'click_id', 'occurred_at',
        cookie='anonymous_id') }}
    union all
    select
        'web', 'browser', md5(concat_ws('|', browsers.anonymous_id, browsers.account_id, browsers.email)),
        browsers.seen_at, accounts.name_key, browsers.account_id, null, null, null, null, null, null,
        browsers.email, null, null, browsers.anonymous_id
    from browsers
    left join accounts on browsers.account_id = accounts.customer_id
    union all
    select
        'app', 'installation', md5(concat_ws('|', phones.device_id, phones.account_id)),
        phones.seen_at, accounts.name_key, phones.account_id, null, null, null, null, null, null,
        null, null, phones.device_id, null
    from phones
    left join accounts on phones.account_id = accounts.customer_id
    union all
    select
        'marketing', 'mail_reader', md5(concat_ws('|', mail_clicks.email, mail_clicks.anonymous_id)),
        mail_clicks.seen_at, null, null, null, null, null, null, null, null,
        mail_clicks.email, null, null, mail_clicks.anonymous_id
    from mail_clicks

),

final as (

    select
        source,
        record_type,
        record_id,
        source || ':' || record_type || ':' || record_id as record_key,
        seen_at,
        name_key,
        account,
        crm_id,
        loyalty_no,
        buyer,
        case when named_orders.order_key is not null then records.order_key end as order_key,
        case when calls.ticket_id is not null then records.ticket end as ticket,
        phone,
        email,
        profile,
        device,
        cookie
    from records
    left join named_orders on records.order_key = named_orders.order_key
    left join calls on records.ticket = calls.ticket_id

)

select * from final
