{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='session_id',
    gone_when='anonymous_id is null',
    indexes=[
        {'columns': ['session_id'], 'unique': True},
        {'columns': ['customer_id', 'started_at']},
        {'columns': ['started_at']},
        {'columns': ['batch']}
    ]
) }}

{#- Written anew are the sessions of which an event was written since, and those that such an event was in before: one that
    came in between makes one of two, one that came before gives its session another start, which is its key, and one that
    is told otherwise may be on another day or browser. -#}
with seen as (

    select {{ last_batch(ref('web_events')) }} as batch

),

{% if is_incremental() %}

fresh as materialized (

    select session_id, left_sessions
    from {{ ref('web_events') }}
    where {{ above(last_read('seen_batch')) }}

),

due as materialized (

    select session_id from fresh
    union
    select unnest(left_sessions) from fresh
    union
    select session_id
    from {{ this }}
    where {{ is_built_since(ref('web_events'), last_read('seen_batch')) }}

),

{% endif %}

events as (

    {{ named_rows(ref('web_events'), 'session_id', 'due', 'session_id') }}

),

sessions as (

    select
        session_id,
        min(anonymous_id) as anonymous_id,
        min(customer_id) as customer_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) filter (where event_name in ('page_view', 'product_view')) as page_view_count,
        count(*) filter (where event_name = 'product_view') as product_view_count,
        coalesce(max(engaged_seconds), 0) as engaged_seconds,
        bool_or(event_name = 'add_to_cart') as has_cart,
        bool_or(event_name = 'begin_checkout') as has_checkout,
        bool_or(event_name = 'purchase') as has_purchase,
        bool_or(event_name in ('purchase', 'form_submit', 'content_download')) as has_conversion,
        (array_agg(page order by occurred_at, event_id) filter (where page is not null))[1] as entry_page,
        (array_agg(page order by occurred_at desc, event_id desc) filter (where page is not null))[1] as exit_page,
        (array_agg(referrer order by occurred_at, event_id))[1] as referrer,
        (array_agg(utm_source order by occurred_at, event_id))[1] as utm_source,
        (array_agg(utm_medium order by occurred_at, event_id))[1] as utm_medium,
        (array_agg(utm_campaign order by occurred_at, event_id))[1] as campaign_id,
        min(device) as device
    from events
    group by session_id

),

final as (

    select
        session_id,
        customer_id,
        anonymous_id,
        started_at,
        ended_at,
        {{ traffic_channel('utm_source', 'utm_medium', 'referrer') }} as traffic_channel,
        utm_source,
        utm_medium,
        campaign_id,
        referrer,
        device,
        entry_page,
        exit_page,
        page_view_count::integer as page_view_count,
        product_view_count::integer as product_view_count,
        least(engaged_seconds, 1800) as engaged_seconds,
        extract(epoch from (ended_at - started_at))::integer as duration_seconds,
        page_view_count <= 1 and engaged_seconds <= 10 and not has_conversion as is_bounce,
        has_cart,
        has_checkout,
        has_purchase,
        {{ next_batch('coalesce(seen.batch, 0)') }} as batch,
        coalesce(seen.batch, 0) as seen_batch
    {% if is_incremental() -%}
    {#- A session that there is no more is named by a row that is never stored. #}
    from due
    left join sessions using (session_id)
    {%- else -%}
    from sessions
    {%- endif %}
    cross join seen

)

select * from final
