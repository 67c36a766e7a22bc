{#- How long people stay where. A stay is a run of events of one visit on one page: its pings say how long it was in the
    foreground, and where there are none it lasts until the next page; the last page of a visit without a ping is unknown,
    not nought. Never more than half an hour. Of the last half year (var engagement_days, 180). -#}
with clock as (

    select * from {{ ref('clock') }}

),

events as (

    select
        event_id,
        session_id,
        anonymous_id,
        event_name,
        occurred_at,
        page,
        product_id,
        engaged_seconds
    from {{ ref('web_events') }}
    where page is not null
        and occurred_at > (
            select as_of_at - interval '{{ var("engagement_days", 180) }} days' from clock
        )

),

changes as (

    select
        *,
        (lag(page) over by_visit is distinct from page)::integer as is_new_page
    from events
    window by_visit as (partition by session_id order by occurred_at, event_id)

),

numbered as (

    select
        *,
        sum(is_new_page) over (
            partition by session_id order by occurred_at, event_id
        ) as stay_number
    from changes

),

stays as (

    select
        session_id,
        stay_number,
        page,
        min(anonymous_id) as anonymous_id,
        max(product_id) as product_id,
        min(occurred_at) as entered_at,
        max(engaged_seconds) as engaged_seconds,
        bool_or(event_name = 'add_to_cart') as has_cart
    from numbered
    group by session_id, stay_number, page

),

timed as (

    select
        *,
        lead(entered_at) over by_visit is null as is_exit,
        coalesce(
            engaged_seconds,
            extract(epoch from (lead(entered_at) over by_visit - entered_at))::integer
        ) as known_seconds
    from stays
    window by_visit as (partition by session_id order by stay_number)

),

capped as (

    select
        *,
        case when known_seconds > 1800 then 1800 else known_seconds end as dwell_seconds
    from timed

),

measured as (

    select
        page,
        max(product_id) as product_id,
        count(*) as stay_count,
        count(distinct session_id) as session_count,
        count(distinct anonymous_id) as visitor_count,
        count(dwell_seconds) as measured_count,
        sum(dwell_seconds) as dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        percentile_cont(0.9) within group (order by dwell_seconds) as p90_dwell_seconds,
        array_agg(dwell_seconds order by dwell_seconds) filter (where dwell_seconds is not null) as dwells,
        count(*) filter (where is_exit) as exit_count,
        count(*) filter (where has_cart) as cart_count
    from capped
    group by page

),

final as (

    select
        page,
        product_id,
        stay_count::integer as stay_count,
        session_count::integer as session_count,
        visitor_count::integer as visitor_count,
        measured_count::integer as measured_count,
        coalesce(dwell_seconds, 0)::bigint as dwell_seconds,
        round(median_dwell_seconds::numeric, 1) as median_dwell_seconds,
        dwells[greatest(1, floor(measured_count / 2.0 - {{ z() }} * sqrt(measured_count) / 2)::integer)]
            as median_lower,
        dwells[least(measured_count, 1 + ceil(measured_count / 2.0 + {{ z() }} * sqrt(measured_count) / 2))::integer]
            as median_upper,
        round(p90_dwell_seconds::numeric, 1) as p90_dwell_seconds,
        exit_count::integer as exit_count,
        round(100.0 * exit_count / stay_count, 4) as exit_rate,
        cart_count::integer as cart_count,
        rank() over (order by median_dwell_seconds desc nulls last)::integer as dwell_rank
    from measured

)

select * from final
