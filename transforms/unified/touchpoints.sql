{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='touchpoint_id',
    gone_when='stage is null',
    indexes=[
        {'columns': ['touchpoint_id'], 'unique': True},
        {'columns': ['customer_id', 'occurred_at']},
        {'columns': ['occurred_at']},
        {'columns': ['source']},
        {'columns': ['batch']}
    ]
) }}

{#- Every interaction in any channel, and three ways to class it: direct or digital, the shop's own channel or not,
    before, during or after the purchase. Kinds and their stages stand in the seed `touchpoint_kinds`.

    Events of the site are most of them, and read by their batch; the other sources are small, and compared. A touchpoint
    that is one no longer comes without a stage, and goes. -#}
{%- set how = 'left' if is_incremental() else 'inner' -%}
{%- set site_events = [
    'page_view', 'product_view', 'search', 'add_to_cart', 'begin_checkout', 'form_submit', 'content_download'
] -%}
{%- set told = [
    'customer_id', 'occurred_at', 'channel', 'kind', 'source', 'title', 'session_id', 'campaign_id', 'product_id',
    'order_id', 'store_id', 'value'
] -%}
{%- set all_columns = [
    'touchpoint_id', 'customer_id', 'occurred_at', 'channel', 'kind', 'stage', 'stage_position', 'phase', 'class',
    'is_direct', 'source', 'title', 'session_id', 'campaign_id', 'product_id', 'order_id', 'store_id', 'value'
] -%}
{#- A number is compared as it is written: 5.0 is not 5. -#}
{%- set compared_columns = all_columns[1:-1] + ['value::text'] -%}
with seen as (

    select {{ last_batch(ref('web_events')) }} as batch

),

site as (

    select
        'web:' || event_id as touchpoint_id,
        customer_id,
        occurred_at,
        'own_site' as channel,
        case
            when event_name in ('{{ site_events | join("', '") }}') then event_name
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
    {% if is_incremental() -%}
    where batch > coalesce(
        (select here.seen_batch from {{ this }} as here order by here.batch desc limit 1),
        0
    )
    {%- else -%}
    where event_name in ('{{ site_events | join("', '") }}')
    {%- endif %}

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
    where kind is not null

),

others as not materialized (

    select * from purchases
    union all
    select * from parcels
    union all
    select * from requests
    union all
    select * from voices
    union all
    select {{ (['touchpoint_id'] + told) | join(', ') }} from contacts

),

{% if is_incremental() %}

{#- By digests, and grouped by them: the rows are wide, texts are dear to sort, and PostgreSQL would expect a join of texts
    that it knows nothing of to give each row hundreds. (A number is compared as it is written: 5.0 is not 5.) -#}
sides as (

    select
        touchpoint_id,
        hash_record_extended(
            row(
                touchpoint_id,
                {{ told | join(', ') | replace('value', 'value::text') | replace('title', "nullif(title, '')") }}
            ),
            0
        ) as digest
    from others
    union all
    select
        touchpoint_id,
        hash_record_extended(
            row(touchpoint_id, {{ told | join(', ') | replace('value', 'value::text') }}), 0
        ) as digest
    from {{ this }}
    where source < 'web' or source > 'web'

),

one_sided as (

    select min(touchpoint_id collate "C") collate "default" as touchpoint_id
    from sides
    group by digest
    having count(*) <> 2

),

unlike as (

    select distinct touchpoint_id from one_sided

),

{#- Without a kind where the touchpoint went. -#}
compared as (

    select
        unlike.touchpoint_id,
        {{ told | join(', ') }}
    from unlike
    left join others on unlike.touchpoint_id = others.touchpoint_id

),

{% endif %}

together as (

    select * from site
    union all
    select * from {{ 'compared' if is_incremental() else 'others' }}

),

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
    from together
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
    where held.touchpoint_id is null
        or {{ any_differs('classed', 'held', compared_columns) }}
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
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    from written
    cross join seen

)

select * from final
