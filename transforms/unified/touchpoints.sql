{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='touchpoint_id',
    gone_when='stage is null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['customer_id', 'occurred_at']},
        {'columns': ['occurred_at']},
        {'columns': ['batch']}
    ]
) }}

{#- Every interaction in any channel, and three ways to class it: direct or digital, the shop's own channel or not,
    before, during or after the purchase. Kinds and their stages stand in the seed `touchpoint_kinds`.

    Read is what was written since, or all where the seeds are others. A touchpoint that is one no longer comes without a kind, and goes. -#}
{%- set how = 'left' if is_incremental() else 'inner' -%}
{%- set site_events = [
    'page_view', 'product_view', 'search', 'add_to_cart', 'begin_checkout', 'form_submit', 'content_download'
] -%}
{%- set told = [
    'touchpoint_id', 'customer_id', 'occurred_at', 'channel', 'kind', 'source', 'title', 'session_id', 'campaign_id',
    'product_id', 'order_id', 'store_id', 'value'
] -%}
{%- set all_columns = [
    'touchpoint_id', 'customer_id', 'occurred_at', 'channel', 'kind', 'stage', 'stage_position', 'phase', 'class',
    'is_direct', 'source', 'title', 'session_id', 'campaign_id', 'product_id', 'order_id', 'store_id', 'value'
] -%}
{#- A number is compared as it is written: 5.0 is not 5. -#}
{%- set compared_columns = all_columns[1:-1] + ['value::text'] -%}
{%- set told_by = {
    'orders': ['order', 'receipt', 'delivery'],
    'tickets': ['ticket'],
    'feedback': ['survey', 'review', 'mention', 'claim'],
    'contacts': [
        'contact', 'ad_click', 'engagement', 'call', 'chat', 'store_visit', 'mail', 'app', 'referral', 'refund'
    ]
} -%}
{%- set inputs = {
    'events': ref('web_events'),
    'orders': ref('orders'),
    'receipts': ref('base_pos__receipts'),
    'tickets': ref('tickets'),
    'feedback': ref('feedback'),
    'contacts': ref('contact_events')
} -%}
{%- set taxonomy = digest_of_digests(
    digest_of(ref('touchpoint_kinds'), ['kind', 'stage', 'phase', 'is_after_sales']),
    digest_of(ref('channels'), ['channel', 'kind', 'is_direct']),
    digest_of(ref('journey_stage_names'), ['stage', 'stage_order'])
) -%}
with
{% if is_incremental() %}

{{ looked(taxonomy) }},

touched_orders as (

    {{ orders_written(inputs) }}

),

touched_contacts as (

    select touchpoint_id from {{ inputs.contacts }}
    where {{ above_seen('contacts') }}
    union
    select 'refund:' || receipt_id from {{ inputs.receipts }}
    where {{ above_seen('receipts') }}

),

{% endif %}

orders as {{ "materialized " if is_incremental() else "not materialized " }}(

    {{ named_rows(inputs.orders, 'order_id', 'touched_orders', 'order_id') }}

),

contacts as (

    {{ named_rows(inputs.contacts, 'touchpoint_id', 'touched_contacts', 'touchpoint_id') }}

),

{% set site_kind -%}
case when event_name in ('{{ site_events | join("', '") }}') then event_name end
{%- endset -%}
site as (

    select
        {{ touchpoint_columns(
            "'web:' || event_id", 'occurred_at', "'own_site'", site_kind, "'web'", 'coalesce(detail, page)',
            session_id='session_id', campaign_id='utm_campaign', product_id='product_id'
        ) }}
    from {{ inputs.events }}
    where {{ above_seen('events') if is_incremental() else "event_name in ('" ~ site_events | join("', '") ~ "')" }}

),

{% set is_receipt = "case when source = 'pos' then 'receipt' else 'order' end" -%}
purchases as (

    select
        {{ touchpoint_columns(
            is_receipt ~ " || ':' || order_id", 'ordered_at', 'channel', is_receipt, 'source', 'status',
            order_id='order_id', store_id='store_id', value='amount'
        ) }}
    from orders

),

parcels as (

    select
        {{ touchpoint_columns(
            "'delivery:' || order_id", 'delivered_at', "'delivery'",
            "case when delivered_at is not null then 'delivery' end", "'logistics'",
            "case when is_late then 'late' else 'on time' end", order_id='order_id'
        ) }}
    from orders

),

{% set ticket_kind -%}
case when not is_counted then null when topic = 'praise' then 'praise' else 'ticket' end
{%- endset -%}
requests as (

    select
        {{ touchpoint_columns(
            "'ticket:' || ticket_id", 'created_at', 'channel', ticket_kind, 'source', 'subject', order_id='order_id'
        ) }}
    from {{ inputs.tickets }}
    {%- if is_incremental() %}
    where {{ above_seen('tickets') }}
    {%- endif %}

),

{% set voice_kind -%}
case
            when kind = 'survey' and question = 'nps' and score >= 9 then 'promoter_answer'
            when kind = 'survey' then 'survey_answer'
            when kind = 'review' and score >= 4 then 'good_review'
            when kind = 'review' then 'review'
            when kind = 'warranty_claim' then 'warranty_claim'
            when sentiment > 0.1 then 'praise'
            else 'mention'
        end
{%- endset -%}
voices as (

    select
        {{ touchpoint_columns(
            'feedback_id', 'given_at', 'channel', voice_kind, 'source', "concat_ws(' ', question, score::text)",
            product_id='product_id', order_id='order_id', value='score'
        ) }}
    from {{ inputs.feedback }}
    where kind in ('survey', 'review', 'mention', 'warranty_claim')
        {%- if is_incremental() %}
        and {{ above_seen('feedback') }}
        {%- endif %}

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
    select {{ told | join(', ') }} from contacts

),

{% if is_incremental() %}

{#- What its source has no more: a receipt that turned out to be no sale or no refund; what a table built in full does
    not tell again. -#}
retracted as (

    select 'receipt:' || order_id as touchpoint_id from touched_orders
    where order_id like 'pos:%'
    union
    select touchpoint_id from touched_contacts
    {%- for name, types in told_by.items() %}
    union
    select touchpoint_id
    from {{ this }}
    where split_part(touchpoint_id, ':', 1) in ('{{ types | join("', '") }}')
        and {{ is_built_since(inputs[name], seen_of(name)) }}
    {%- endfor %}
    except
    select touchpoint_id from together

),

told as (

    select * from together
    union all
    select touchpoint_id{{ ', null' * (told | length - 1) }}
    from retracted

),

{% endif %}

kinds as (

    select * from {{ ref('touchpoint_kinds') }}

),

channels as (

    select * from {{ ref('channels') }}

),

classed as (

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
    from {{ 'told' if is_incremental() else 'together' }} as together
    {{ how }} join kinds on together.kind = kinds.kind
    {{ how }} join {{ ref('journey_stage_names') }} as stages on kinds.stage = stages.stage
    left join channels on together.channel = channels.channel

),

{% if is_incremental() %}

held as materialized (

    {{ rows_of(this, 'touchpoint_id', 'classed') }}

),

{#- What went, or is another's now, cannot be read from what is written: one row of it names those whose it was. It keeps
    the names while it stands, for readers that come later, and leaves them to another when it goes. -#}
losers as (

    select held.customer_id
    from held
    inner join classed on held.touchpoint_id = classed.touchpoint_id
    where held.customer_id is not null
        and (classed.stage is null or classed.customer_id is distinct from held.customer_id)
    union
    select unnest(held.lost_by)
    from held
    inner join classed on held.touchpoint_id = classed.touchpoint_id
    where classed.stage is null or classed.customer_id is null

),

{#- Somebody's newest row is written again, so that there is one. -#}
spare as (

    select *
    from {{ this }}
    where customer_id is not null
        and touchpoint_id not in (select classed.touchpoint_id from classed)
        and exists (select from losers)
    order by batch desc
    limit 1

),

differing as (

    select
        classed.*,
        held.lost_by
    from classed
    left join held on classed.touchpoint_id = held.touchpoint_id
    where (held.touchpoint_id is not null or classed.stage is not null)
        and {{ any_differs('classed', 'held', compared_columns) }}
    union all
    select {{ all_columns | join(', ') }}, lost_by
    from spare

),

witness as (

    select min(touchpoint_id) as touchpoint_id
    from differing
    where stage is not null and customer_id is not null

),

{% endif %}

written as (

    {% if is_incremental() -%}
    select
        {{ all_columns | join(', ') | wordwrap(100, wrapstring='\n        ') }},
        case
            when touchpoint_id = (select witness.touchpoint_id from witness)
                then nullif(array(select customer_id from losers union select unnest(lost_by)), '{}')
            else lost_by
        end as lost_by
    from differing
    {%- else -%}
    select
        *,
        null::bigint[] as lost_by
    from classed
    {%- endif %}

),

final as (

    select
        written.*,
        {{ next_batch(newest_batch(inputs.events)) }} as batch,
        {{ seen_batches(inputs, taxonomy, kept_by="source not in ('web', 'marketing')") }}
    from written

)

select * from final
