{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='event_id',
    indexes=[
        {'columns': ['session_id']},
        {'columns': ['event_id']},
        {'columns': ['anonymous_id', 'occurred_at']},
        {'columns': ['account_id']},
        {'columns': ['batch']}
    ]
) }}

{#- The site's events, cut into sessions (a gap of more than 30 minutes ends one) and given to their person: an anonymous
    event belongs to whoever the browser turned out to be, and on a shared browser to whoever signed in during that
    session. Sessions stand apart by their gaps: those are computed anew, whole, that an event which came lies in or near,
    and those of which a person is another now: what identity wrote since says whose that may be. Written are the events
    that come out otherwise; each names the sessions it was in before, which may be gone. -#}
{%- set identities = ref('identities') -%}
{%- set told = [
    'session_id', 'customer_id', 'anonymous_id', 'account_id', 'event_name', 'occurred_at', 'page', 'product_id',
    'order_id', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'device', 'engaged_seconds', 'detail'
] -%}

with
{% if is_incremental() %}

looked as materialized (

    select seen_batch, seen_nodes_batch, seen_assignments_batch
    from {{ this }}
    order by batch desc
    limit 1

),

fresh as materialized (

    select * from {{ ref('stg_web__events') }}
    where {{ above('(select coalesce(max(looked.seen_batch), 0) from looked)') }}

),

{#- Accounts and browsers that may be somebody else's now. -#}
moved as materialized (

    select identity_id
    from {{ ref('identity_nodes') }}
    where {{ above('(select coalesce(max(looked.seen_nodes_batch), 0) from looked)') }}
        and identifier_type in ('account', 'cookie')
    union
    select identity_id
    from {{ ref('identity_assignments') }}
    where {{ above('(select coalesce(max(looked.seen_assignments_batch), 0) from looked)') }}
        and split_part(identity_id, ':', 1) in ('account', 'cookie')

),

spans as (

    select
        anonymous_id,
        min(occurred_at) - interval '30 minutes' as begins_at,
        max(occurred_at) + interval '30 minutes' as ends_at
    from fresh
    group by anonymous_id

),

cookies as (

    select substr(identity_id, length('cookie:') + 1) as anonymous_id
    from moved
    where identity_id like 'cookie:%'

),

accounts as (

    select substr(identity_id, length('account:') + 1) as account_id
    from moved
    where identity_id like 'account:%'

),

{#- Each browser is looked up by itself: a join of texts that are not ordered would sort all of its events. -#}
near as (

    select held.*
    from spans
    cross join lateral (
        select here.session_id, here.anonymous_id, here.occurred_at
        from {{ this }} as here
        where here.anonymous_id = spans.anonymous_id
            and here.occurred_at between spans.begins_at and spans.ends_at
        offset 0
    ) as held

),

{#- What such a browser or account is said to be, in a few rows each, whoever they are now. -#}
of_moved as (

    select distinct anonymous_id, account_id, customer_id
    from (
        (
            {{ rows_of(this, 'anonymous_id', 'cookies') }}
        )
        union all
        (
            {{ rows_of(this, 'account_id', 'accounts') }}
        )
    ) as here

),

strayed as materialized (

    select anonymous_id, account_id, customer_id
    from of_moved
    where coalesce(
        (
            select identities.customer_id
            from {{ identities }} as identities
            where identities.identity_id = 'account:' || of_moved.account_id
        ),
        (
            select identities.customer_id
            from {{ identities }} as identities
            where identities.identity_id = 'cookie:' || of_moved.anonymous_id
        )
    ) is distinct from of_moved.customer_id

),

{#- Sessions that an event which came, or came otherwise, may belong to, join or have left, and those whose events are
    another person's now. -#}
touched_sessions as materialized (

    select near.session_id
    from near
    inner join fresh
        on near.anonymous_id = fresh.anonymous_id
        and near.occurred_at between fresh.occurred_at - interval '30 minutes'
            and fresh.occurred_at + interval '30 minutes'
    union
    select here.session_id
    from {{ this }} as here
    where here.event_id = any(array(select fresh.event_id from fresh))
    union
    select here.session_id
    from strayed
    cross join lateral (
        select session_id
        from {{ this }} as here
        where here.anonymous_id = strayed.anonymous_id
            and here.account_id is not distinct from strayed.account_id
            and here.customer_id is not distinct from strayed.customer_id
        offset 0
    ) as here

),

held as materialized (

    {{ rows_of(this, 'session_id', 'touched_sessions') }}

),

others as (

    select event_id from held
    except
    select event_id from fresh

),

{% endif %}

events as (

    select * from {{ 'fresh' if is_incremental() else ref('stg_web__events') }}
    {%- if is_incremental() %}
    union all
    (
        {{ rows_of(ref('stg_web__events'), 'event_id', 'others') }}
    )
    {%- endif %}

),

newest as materialized (

    select
        {% if is_incremental() -%}
        coalesce((select max(fresh.batch) from fresh), (select looked.seen_batch from looked)) as batch,
        {%- else -%}
        (select max(staged.batch) from {{ ref('stg_web__events') }} as staged) as batch,
        {%- endif %}
        {{ last_batch(ref('identity_nodes')) }} as nodes_batch,
        {{ last_batch(ref('identity_assignments')) }} as assignments_batch

),

{#- Whose the accounts and browsers of these events are. -#}
identities as materialized (

    select identity_id, customer_id
    from {{ identities }}
    {% if is_incremental() -%}
    where identity_id = any(array(
        select 'cookie:' || anonymous_id from events
        union
        select 'account:' || account_id from events
    ))
    {%- endif %}

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

given as (

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
        signed_in.detail
    from signed_in
    left join identities as by_account
        on by_account.identity_id
            = 'account:' || coalesce(signed_in.account_id, signed_in.session_account_id)
    left join identities as by_cookie
        on by_cookie.identity_id = 'cookie:' || signed_in.anonymous_id

),

final as (

    select
        given.*,
        {% if is_incremental() -%}
        case
            when held.session_id <> given.session_id then array_append(held.left_sessions, held.session_id)
            else held.left_sessions
        end as left_sessions,
        {%- else -%}
        null::text[] as left_sessions,
        {%- endif %}
        {{ next_batch('newest.batch') }} as batch,
        newest.batch as seen_batch,
        newest.nodes_batch as seen_nodes_batch,
        newest.assignments_batch as seen_assignments_batch
    from given
    cross join newest
    {%- if is_incremental() %}
    left join held on given.event_id = held.event_id
    where held.event_id is null
        or {{ any_differs('given', 'held', told) }}
    {%- endif %}

)

select * from final
