{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['session_id']},
        {'columns': ['customer_id', 'occurred_at']},
        {'columns': ['batch']},
        {'columns': ['seen_batch']}
    ]
) }}

{#- The site's events, cut into sessions (a gap of more than 30 minutes ends one) and given to their person: an anonymous
    event belongs to whoever the browser turned out to be, and on a shared browser to whoever signed in during that
    session. Sessions stand apart by their gaps: those are computed anew, whole, that an event which came lies in or near,
    and all of a browser whose person is another now. -#}
with identities as (

    select identity_id, customer_id from {{ ref('identities') }}

),

{% if is_incremental() %}

fresh as (

    select event_id, anonymous_id, occurred_at
    from {{ ref('stg_web__events') }}
    where {{ not_yet_seen() }}

),

{#- Sessions that an event which came, or came otherwise, may belong to, join or have left. -#}
touched_sessions as (

    select here.session_id
    from {{ this }} as here
    inner join fresh
        on here.anonymous_id = fresh.anonymous_id
        and here.occurred_at between fresh.occurred_at - interval '30 minutes'
            and fresh.occurred_at + interval '30 minutes'
    union
    select here.session_id
    from {{ this }} as here
    inner join fresh on here.event_id = fresh.event_id

),

held as (

    select anonymous_id, account_id, customer_id
    from {{ this }}
    group by 1, 2, 3

),

moved_browsers as (

    select held.anonymous_id
    from held
    left join identities as by_account
        on by_account.identity_id = 'account:' || held.account_id
    left join identities as by_cookie
        on by_cookie.identity_id = 'cookie:' || held.anonymous_id
    where coalesce(by_account.customer_id, by_cookie.customer_id) is distinct from held.customer_id

),

due as (

    select event_id from fresh
    union
    select event_id from {{ this }}
    where session_id = any(array(select touched_sessions.session_id from touched_sessions))
    union
    select event_id from {{ this }}
    where anonymous_id in (select moved_browsers.anonymous_id from moved_browsers)

),

{% endif %}

events as (

    select * from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
    where event_id in (select due.event_id from due)
    {%- endif %}

),

newest as (

    select max(batch) as batch from {{ ref('stg_web__events') }}

),

gaps as (

    select
        *,
        occurred_at - lag(occurred_at) over (
            partition by anonymous_id
            order by occurred_at, event_id
        ) as gap
    from events

),

numbered as (

    select
        *,
        count(*) filter (where gap is null or gap > interval '30 minutes') over (
            partition by anonymous_id
            order by occurred_at, event_id
        ) as session_number
    from gaps

),

signed_in as (

    select
        *,
        min(account_id) over (partition by anonymous_id, session_number) as session_account_id,
        min(occurred_at) over (partition by anonymous_id, session_number) as session_started_at
    from numbered

),

final as (

    select
        signed_in.event_id,
        signed_in.anonymous_id || '@' || extract(epoch from signed_in.session_started_at)::bigint as session_id,
        coalesce(by_account.customer_id, by_cookie.customer_id) as customer_id,
        signed_in.anonymous_id,
        coalesce(signed_in.account_id, signed_in.session_account_id) as account_id,
        signed_in.event_name,
        signed_in.occurred_at,
        signed_in.page,
        signed_in.product_id,
        signed_in.order_id,
        signed_in.referrer,
        signed_in.utm_source,
        signed_in.utm_medium,
        signed_in.utm_campaign,
        signed_in.device,
        signed_in.engaged_seconds,
        signed_in.detail,
        {{ next_batch('newest.batch') }} as batch,
        newest.batch as seen_batch
    from signed_in
    cross join newest
    left join identities as by_account
        on by_account.identity_id
            = 'account:' || coalesce(signed_in.account_id, signed_in.session_account_id)
    left join identities as by_cookie
        on by_cookie.identity_id = 'cookie:' || signed_in.anonymous_id

)

select * from final
