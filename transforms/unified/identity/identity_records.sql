{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='record_key',
    full_refresh=false,
    meta={'erase': {'how': 'pseudonymise', 'names': ['name_key']}},
    indexes=[
        {'columns': ['record_key'], 'unique': True},
        {'columns': ['order_key']},
        {'columns': ['record_type', 'read_batch']},
        {'columns': ['account']},
        {'columns': ['loyalty_no']},
        {'columns': ['batch']}
    ]
) }}

{%- set namers = [
    ('support', 'stg_support__tickets', 'order_key', 'ticket', 'ticket_id'),
    ('ecommerce', 'stg_ecommerce__reviews', 'order_key', 'review', 'review_id'),
    ('survey', 'stg_survey__invitations', touchpoint_order_key(), 'invitation', 'invitation_id'),
    ('warranty', 'stg_warranty__claims', claim_order_key(), 'claim', 'claim_id'),
] -%}

{#- A browser and an app installation are seen once per account or email that used them, not once per event:
    the events' identity is their cookie's or device's. -#}
{%- set aggregated = "('browser', 'installation', 'mail_reader')" %}
{%- set said = ['name_key'] + identifier_types() | map('first') | list %}
with {{ seen_together('browsers', 'stg_web__events', 'web', 'browser', ['anonymous_id', 'account_id', 'email']) }},

{{ seen_together('phones', 'stg_app__events', 'app', 'installation', ['device_id', 'account_id']) }},

{{ seen_together('mail_clicks', 'stg_marketing__email_events', 'marketing', 'mail_reader', ['email', 'anonymous_id']) }},

calls as (

    select distinct ticket_id from {{ ref('stg_support__calls') }}

),
{%- if is_incremental() and not compares_all() %}

{#- Orders and tickets that a record of this batch names are identifiers from now on, and those that it named before may be
    none any more: their own records are read again. -#}
namers as materialized (

    {%- for source, relation, key, record_type, record_id in namers %}
    select {{ key }} as order_key, '{{ source }}:{{ record_type }}:' || {{ record_id }} as record_key from {{ ref(relation) }}
    where {{ written_since(record_type) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

callers as materialized (

    select ticket_id, 'support:call:' || call_id as record_key from {{ ref('stg_support__calls') }}
    where {{ written_since('call') }}

),

newly_named as (

    select order_key from namers
    union
    select order_key from ({{ rows_of(this, 'record_key', 'namers') }}) as known

),

receipts_named as (

    select substr(order_key, 5) as receipt_id from newly_named
    where order_key like 'pos:%'

),

newly_called as (

    select ticket_id from callers
    union
    select ticket from ({{ rows_of(this, 'record_key', 'callers') }}) as known

),
{%- endif %}

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
        buyer="channel || ':' || coalesce(shop_id, '') || ':' || buyer_id", order_key='order_key',
        or_touched='order_key = ' ~ any_of('newly_named', 'order_key')) }}
    union all
    {{ identity_record('stg_ecommerce__carts', 'ecommerce', 'cart', 'cart_id', 'created_at',
        account='account_id', cookie='anonymous_id') }}
    union all
    {{ identity_record('stg_ecommerce__reviews', 'ecommerce', 'review', 'review_id', 'created_at',
        account='account_id', order_key='order_key') }}
    union all
    {{ identity_record('stg_pos__receipts', 'pos', 'receipt', 'receipt_id', 'sold_at', 'name_key',
        loyalty_no='member_no', phone='phone', order_key="'pos:' || receipt_id",
        or_touched='receipt_id = ' ~ any_of('receipts_named', 'receipt_id')) }}
    union all
    {{ identity_record('stg_pos__store_visits', 'pos', 'store_visit', 'visit_id', 'visited_at',
        loyalty_no='member_no', phone='phone') }}
    union all
    {{ identity_record('stg_loyalty__referrals', 'loyalty', 'referral', 'referral_id', 'created_at',
        loyalty_no='referee_member_no', phone='referee_phone') }}
    union all
    {{ identity_record('stg_support__tickets', 'support', 'ticket', 'ticket_id', 'created_at', 'name_key',
        phone='phone', email='email', order_key='order_key', ticket='ticket_id',
        or_touched='ticket_id = ' ~ any_of('newly_called', 'ticket_id')) }}
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
        'web', 'browser', browsers.record_id,
        browsers.seen_at, null, browsers.account_id, null, null, null, null, null, null,
        browsers.email, null, null, browsers.anonymous_id, browsers.loaded_at, browsers.read_batch
    from browsers
    union all
    select
        'app', 'installation', phones.record_id,
        phones.seen_at, null, phones.account_id, null, null, null, null, null, null,
        null, null, phones.device_id, null, phones.loaded_at, phones.read_batch
    from phones
    union all
    select
        'marketing', 'mail_reader', mail_clicks.record_id,
        mail_clicks.seen_at, null, null, null, null, null, null, null, null,
        mail_clicks.email, null, null, mail_clicks.anonymous_id, mail_clicks.loaded_at, mail_clicks.read_batch
    from mail_clicks

),

{#- An order or a ticket is an identifier only where another record names it: a parcel's question, a survey's answer. -#}
named_orders as (

    {%- if is_incremental() and not compares_all() %}
    select order_key from records
    where record_type in ('{{ namers | map(attribute=3) | join("', '") }}')
    union
    select namer.order_key
    from {{ this }} as namer
    where namer.order_key = {{ any_of('records', 'order_key') }}
        and namer.record_type in ('{{ namers | map(attribute=3) | join("', '") }}')
        -- which may name another one now
        and not exists (
            select 1 from records
            where records.record_type = namer.record_type and records.record_id = namer.record_id
        )
    {%- else %}
    {%- for source, relation, key, record_type, record_id in namers %}
    select {{ key }} as order_key from {{ ref(relation) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
    {%- endif %}

),

told as (

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
        cookie,
        loaded_at,
        read_batch
    from records
    left join named_orders on records.order_key = named_orders.order_key
    left join calls on records.ticket = calls.ticket_id

),

{%- if is_incremental() and not compares_all() %}

{#- A record that says nothing is as good as none. -#}
known as (

    select * from ({{ rows_of(this, 'record_key', 'told') }}) as known
    where num_nonnulls(loaded_at, {{ said | join(', ') }}) > 0

),

{#- What is seen together goes on from what is known, but for what is counted anew. -#}
carried_on as (

    select record_key from told
    where record_type in {{ aggregated }}
    except
    select record_key from browsers_doubted
    except
    select record_key from phones_doubted
    except
    select record_key from mail_clicks_doubted

),
{%- endif %}

final as (

    select
        told.source,
        told.record_type,
        told.record_id,
        told.record_key,
        {%- if is_incremental() and not compares_all() %}
        case
            when carried_on.record_key is not null then least(told.seen_at, known.seen_at)
            else told.seen_at
        end as seen_at,
        {%- else %}
        told.seen_at,
        {%- endif %}
        {%- for column in said %}
        told.{{ column }},
        {%- endfor %}
        told.loaded_at,
        told.read_batch,
        {{ next_batch('1') }} as batch
    from told
    {%- if is_incremental() %}
    left join {{ this if compares_all() else 'known' }} as known on told.record_key = known.record_key
    {%- if not compares_all() %}
    left join carried_on on told.record_key = carried_on.record_key
    {%- endif %}
    where known.record_key is null
        {%- if compares_all() %}
        or told.seen_at is distinct from known.seen_at
        {%- else %}
        or told.seen_at < known.seen_at
        or (told.seen_at > known.seen_at and carried_on.record_key is null)
        {%- endif %}
        or (told.loaded_at is distinct from known.loaded_at and told.record_type not in {{ aggregated }})
        {%- for column in said %}
        or told.{{ column }} is distinct from known.{{ column }}
        {%- endfor %}
    {%- if compares_all() %}
    union all
    -- a record that its source has no more says nothing
    select
        known.source,
        known.record_type,
        known.record_id,
        known.record_key,
        known.seen_at,
        {%- for column in said %}
        null,
        {%- endfor %}
        null as loaded_at,
        null as read_batch,
        {{ next_batch('1') }} as batch
    from {{ this }} as known
    where num_nonnulls(known.loaded_at, {{ said | join(', ') }}) > 0
        and not exists (select 1 from told where told.record_key = known.record_key)
    {%- endif %}
    {%- endif %}

)

select * from final
