{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='touchpoint_id',
    gone_when='occurred_at is null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['identity_id']},
        {'columns': ['second_identity_id']},
        {'columns': ['batch']}
    ]
) }}

{#- The touchpoints that come straight from one source each: advertisements, mails, social networks, the app, calls,
    chats, visits, refunds, referrals, first notes in the CRM. Whose they are says the record, or the identities that the
    event names: the first that is somebody's. A branch is (record type, key, time, channel, kind, source, …).

    What a source has of other kinds, a mail that was sent, stays without a kind: a row that was a touchpoint before
    tells its readers that it is none any more. -#}
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
        'relation': 'stg_support__calls', 'type': 'call', 'id': 'call_id', 'at': 'started_at', 'channel': "'phone'",
        'kind': "case when direction = 'inbound' then case reason when 'product_advice' then 'advice_call' else 'call' end end",
        'source': 'support', 'title': 'reason'
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
    {
        'relation': 'stg_marketing__email_events', 'type': 'mail', 'id': 'event_id', 'at': 'occurred_at',
        'channel': "'email'", 'kind': "case event_type when 'open' then 'email_open' when 'click' then 'email_click' end",
        'source': 'marketing', 'title': 'campaign_id', 'campaign_id': 'campaign_id', 'identity_id': "'email:' || email"
    },
    {
        'relation': 'stg_app__events', 'type': 'app', 'id': 'event_id', 'at': 'occurred_at', 'channel': "'app'",
        'kind': "case event_name when 'open' then 'app_open' when 'push_open' then 'app_open'
            when 'product_view' then 'app_product_view' when 'add_to_cart' then 'add_to_cart'
            when 'feature_use' then 'app_feature_use' end",
        'source': 'app', 'title': 'screen', 'product_id': 'product_id', 'identity_id': "'account:' || account_id",
        'second_identity_id': "'device:' || device_id"
    },
    {
        'relation': 'stg_loyalty__referrals', 'type': 'referral', 'id': 'referral_id', 'at': 'created_at',
        'channel': "'referral'", 'kind': "'referral'", 'source': 'loyalty', 'title': 'referee_member_no',
        'identity_id': "'loyalty_no:' || referrer_member_no"
    },
    {
        'relation': 'refunds', 'type': 'refund', 'id': 'refund_id', 'at': 'refunded_at', 'channel': "'store'",
        'kind': "'refund'", 'source': 'pos', 'title': 'null', 'order_id': 'order_id', 'store_id': 'store_id', 'value': 'amount'
    },
] -%}
{%- set told = [
    'occurred_at', 'channel', 'kind', 'source', 'title', 'campaign_id', 'product_id', 'order_id', 'store_id', 'value',
    'identity_id', 'second_identity_id'
] -%}
{#- A number is compared as it is written: 5.0 is not 5. -#}
{%- set compared = ['customer_id'] + told | reject('equalto', 'value') | list + ['value::text'] -%}
{%- set inputs = {
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities'),
    'nodes': ref('identity_nodes'),
    'assignments': ref('identity_assignments'),
    'receipts': ref('base_pos__receipts')
} -%}
{#- The newest batch of a view is that of its base model. -#}
{%- for branch in branches if branch.type != 'refund' %}
{%- set is_table = branch.relation == 'stg_crm__contacts' %}
{%- do inputs.update({branch.relation: ref(branch.relation if is_table else branch.relation | replace('stg_', 'base_'))}) %}
{%- endfor %}
{%- set identities = ref('identities') -%}
{%- set people = "(record_type in ('contact', 'ad_click', 'engagement', 'call', 'chat', 'store_visit'))" -%}

with
{%- if is_incremental() %}

{{ looked() }},

{{ moved_records(inputs) }},

{#- Of the identities that an event may name, those that may be somebody else's now. -#}
moved_identities as materialized (

    select identity_id from {{ inputs.nodes }}
    where {{ above_seen('nodes') }}
        and identifier_type in ('account', 'device', 'email', 'loyalty_no')
    union
    select identity_id from {{ inputs.assignments }}
    where {{ above_seen('assignments') }}
        and split_part(identity_id, ':', 1) in ('account', 'device', 'email', 'loyalty_no')

),

moved as (

    select record_type || ':' || record_id as touchpoint_id
    from moved_records
    where {{ people }}
    union
    select touchpoint_id from {{ this }}
    where identity_id = {{ any_of('moved_identities', 'identity_id') }}
    union
    select touchpoint_id from {{ this }}
    where second_identity_id = {{ any_of('moved_identities', 'identity_id') }}
    union
    {#- a receipt that turned out to be no refund #}
    select 'refund:' || receipt_id from {{ inputs.receipts }}
    where {{ above_seen('receipts') }}

),
{%- endif %}

{#- Refunds are few, and matched with receipts that may come later: all are looked at. #}
events as {{ "materialized " if is_incremental() }}(

    {%- for branch in branches %}
    select
        '{{ branch.type }}' as record_type,
        {{ branch.id }} as record_id,
        {{ branch.at }} as occurred_at,
        {{ branch.channel }} as channel,
        {{ branch.kind }} as kind,
        '{{ branch.source }}' as source,
        {{ branch.title }} as title,
        {{ branch.get('campaign_id', 'null') }}::text as campaign_id,
        {{ branch.get('product_id', 'null') }}::text as product_id,
        {{ branch.get('order_id', 'null') }}::text as order_id,
        {{ branch.get('store_id', 'null') }}::text as store_id,
        {{ branch.get('value', 'null') }}::numeric as value,
        {{ branch.get('identity_id', 'null') }}::text as identity_id,
        {{ branch.get('second_identity_id', 'null') }}::text as second_identity_id
    from {{ ref(branch.relation) }}
    {%- if is_incremental() and branch.type != 'refund' %}
    where {{ above_seen(branch.relation) }}
    {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),
{%- if is_incremental() %}

touched as (

    select touchpoint_id from moved
    union
    select record_type || ':' || record_id from events

),

held as materialized (

    {{ rows_of(this, 'touchpoint_id', 'touched') }}

),
{%- endif %}

told as {{ "materialized " if is_incremental() }}(

    select
        record_type || ':' || record_id as touchpoint_id,
        record_type,
        record_id,
        {{ told | join(', ') }}
    from events
    {%- if is_incremental() %}
    union all
    select
        touchpoint_id,
        split_part(touchpoint_id, ':', 1),
        substr(touchpoint_id, strpos(touchpoint_id, ':') + 1),
        {{ told | join(', ') }}
    from held
    where touchpoint_id not like 'refund:%'
        and touchpoint_id not in (select events.record_type || ':' || events.record_id from events)
    {%- endif %}

),

people as (

    select record_type, record_id, customer_id from {{ inputs.people }}
    where {{ people }}
        {%- if is_incremental() %}
        and record_id = {{ any_of('told', 'record_id') }}
        {%- endif %}

),

first_identities as (

    {{ named_rows(identities, 'identity_id', 'told', 'identity_id') }}

),

second_identities as (

    {{ named_rows(identities, 'identity_id', 'told', 'second_identity_id') }}

),

orders as (

    {{ named_rows(ref('orders'), 'order_id', 'told', 'order_id') }}

),

owned as (

    select
        told.touchpoint_id,
        coalesce(
            people.customer_id,
            first_identities.customer_id,
            second_identities.customer_id,
            orders.customer_id
        ) as customer_id,
        {%- for column in told %}
        told.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from told
    left join people
        on told.record_type = people.record_type
        and told.record_id = people.record_id
    left join first_identities on told.identity_id = first_identities.identity_id
    left join second_identities on told.second_identity_id = second_identities.identity_id
    left join orders on told.order_id = orders.order_id

),

written as (

    {% if is_incremental() -%}
    select owned.*
    from owned
    left join held using (touchpoint_id)
    where held.touchpoint_id is null
        or {{ any_differs('owned', 'held', compared) }}
    union all
    {#- A refund that is none any more is named by a row that is never stored. #}
    select touchpoint_id{{ ', null' * (told | length + 1) }}
    from held
    where touchpoint_id like 'refund:%'
        and not exists (select from told where told.touchpoint_id = held.touchpoint_id)
    {%- else -%}
    select * from owned
    {%- endif %}

),

final as (

    select
        touchpoint_id,
        customer_id,
        occurred_at,
        channel,
        kind,
        source,
        title,
        null::text as session_id,
        campaign_id,
        product_id,
        order_id,
        store_id,
        value,
        identity_id,
        second_identity_id,
        {{ batch_above(*inputs.values()) }} as batch,
        {{ seen_batches(inputs, kept_by="source = 'pos'") }}
    from written

)

select * from final
