{{ config(indexes=[{'columns': ['customer_id'], 'unique': True}]) }}

{#- One wide row per customer: what scores, segments and models read. Counts are to date unless the name says days. -#}
with customers as (

    select * from {{ ref('customers') }}

),

clock as (

    select * from {{ ref('clock') }}

),

rhythms as (

    select * from {{ ref('customer_rhythms') }}

),

orders as (

    select * from {{ ref('orders') }}
    where customer_id is not null

),

bought as (

    select
        orders.customer_id,
        count(*) filter (where orders.is_purchase) as purchase_count,
        count(*) filter (
            where orders.is_purchase and orders.ordered_at > clock.as_of_at - interval '365 days'
        ) as purchases_365d,
        sum(orders.revenue) as revenue,
        sum(orders.revenue) filter (
            where orders.ordered_at > clock.as_of_at - interval '365 days'
        ) as revenue_365d,
        avg(orders.amount) filter (where orders.is_purchase) as mean_order_value,
        count(*) filter (where orders.status = 'returned') as returned_count,
        count(*) filter (where orders.status = 'cod_refused') as cod_refused_count,
        count(*) filter (where orders.status = 'cancelled') as cancelled_count,
        count(distinct orders.channel) filter (where orders.is_purchase) as purchase_channel_count,
        mode() within group (order by orders.channel) filter (where orders.is_purchase) as favourite_channel,
        mode() within group (
            order by extract(hour from orders.ordered_at at time zone '{{ var("timezone") }}')
        ) filter (where orders.is_purchase) as favourite_hour
    from orders
    cross join clock
    group by orders.customer_id

),

{#- The slope of ln(order value) over the last six purchases: the share by which each order tops the one before. -#}
last_six as (

    select
        customer_id,
        row_number() over (partition by customer_id order by ordered_at, order_id) as position,
        row_number() over (partition by customer_id order by ordered_at desc, order_id desc) as from_last,
        ln(revenue) as log_value
    from orders
    where is_purchase and revenue > 0

),

trends as (

    select
        customer_id,
        case when count(*) >= 3 then 100 * (exp(regr_slope(log_value, position)) - 1) end as order_value_trend
    from last_six
    where from_last <= 6
    group by customer_id

),

categories as (

    select
        orders.customer_id,
        mode() within group (order by products.category_name) as favourite_category
    from orders
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    inner join {{ ref('products') }} as products on items.product_id = products.product_id
    where orders.is_purchase
    group by orders.customer_id

),

visits as (

    select
        sessions.customer_id,
        count(*) as session_count,
        count(*) filter (where sessions.started_at > clock.as_of_at - interval '30 days') as sessions_30d,
        sum(sessions.engaged_seconds) as engaged_seconds,
        max(sessions.started_at) as last_session_at
    from {{ ref('sessions') }} as sessions
    cross join clock
    where sessions.customer_id is not null
    group by sessions.customer_id

),

requests as (

    select
        customer_id,
        count(*) as ticket_count,
        count(*) filter (where solved_at is null) as open_ticket_count,
        avg(hours_to_resolution) as mean_hours_to_resolution
    from {{ ref('tickets') }}
    where customer_id is not null and is_counted
    group by customer_id

),

{#- Each survey's latest answer. -#}
answers as (

    select distinct on (customer_id, question)
        customer_id,
        question,
        score,
        given_at
    from {{ ref('feedback') }}
    where kind = 'survey' and customer_id is not null
    order by customer_id, question, given_at desc, feedback_id

),

latest_scores as (

    select
        customer_id,
        max(score) filter (where question = 'nps') as nps_score,
        max(given_at) filter (where question = 'nps') as nps_answered_at,
        max(score) filter (where question = 'csat') as csat_score,
        max(score) filter (where question = 'ces') as ces_score
    from answers
    group by customer_id

),

voices as (

    select
        customer_id,
        count(*) filter (where type = 'complaint') as complaint_count,
        avg(sentiment) as mean_sentiment,
        count(*) filter (where is_low_score) as low_score_count
    from {{ ref('feedback') }}
    where customer_id is not null
    group by customer_id

),

permissions as (

    select
        customer_id,
        bool_or(purpose = 'marketing') as has_marketing_consent,
        bool_or(purpose = 'profiling') as has_profiling_consent,
        bool_or(purpose = 'sharing') as has_sharing_consent
    from {{ ref('permissions') }}
    where contact_channel = 'any'
    group by customer_id

),

cards as (

    select
        people.customer_id,
        count(*) as card_count,
        max(members.points) as points,
        (array_agg(members.tier order by members.points desc, members.member_no))[1] as loyalty_tier
    from {{ ref('stg_loyalty__members') }} as members
    inner join {{ ref('record_identities') }} as people
        on people.record_type = 'member'
        and members.member_no = people.record_id
    group by people.customer_id

),

final as (

    select
        customers.customer_id,
        clock.as_of_on,
        coalesce(bought.purchase_count, 0)::integer as purchase_count,
        coalesce(bought.purchases_365d, 0)::integer as purchases_365d,
        coalesce(bought.revenue, 0) as revenue,
        coalesce(bought.revenue_365d, 0) as revenue_365d,
        round(bought.mean_order_value, 2) as mean_order_value,
        round(trends.order_value_trend::numeric, 4) as order_value_trend,
        coalesce(bought.returned_count, 0)::integer as returned_count,
        coalesce(bought.cod_refused_count, 0)::integer as cod_refused_count,
        coalesce(bought.cancelled_count, 0)::integer as cancelled_count,
        coalesce(bought.purchase_channel_count, 0)::integer as purchase_channel_count,
        bought.favourite_channel,
        bought.favourite_hour::integer as favourite_hour,
        categories.favourite_category,
        rhythms.purchase_day_count,
        rhythms.mean_gap_days,
        rhythms.p90_gap_days,
        rhythms.silence_days,
        clock.as_of_on - rhythms.last_purchased_on as recency_days,
        clock.as_of_on - rhythms.first_purchased_on as tenure_days,
        clock.as_of_on - rhythms.last_purchased_on > rhythms.silence_days as is_churned,
        coalesce(visits.session_count, 0)::integer as session_count,
        coalesce(visits.sessions_30d, 0)::integer as sessions_30d,
        coalesce(visits.engaged_seconds, 0)::bigint as engaged_seconds,
        visits.last_session_at,
        coalesce(requests.ticket_count, 0)::integer as ticket_count,
        coalesce(requests.open_ticket_count, 0)::integer as open_ticket_count,
        round(requests.mean_hours_to_resolution, 2) as mean_hours_to_resolution,
        latest_scores.nps_score,
        latest_scores.nps_answered_at,
        latest_scores.csat_score,
        latest_scores.ces_score,
        coalesce(voices.complaint_count, 0)::integer as complaint_count,
        coalesce(voices.low_score_count, 0)::integer as low_score_count,
        round(voices.mean_sentiment, 3) as mean_sentiment,
        coalesce(permissions.has_marketing_consent, false) as has_marketing_consent,
        coalesce(permissions.has_profiling_consent, false) as has_profiling_consent,
        coalesce(permissions.has_sharing_consent, false) as has_sharing_consent,
        coalesce(cards.card_count, 0)::integer as card_count,
        cards.points,
        cards.loyalty_tier,
        customers.touchpoint_count,
        customers.understanding_level
    from customers
    cross join clock
    left join bought on customers.customer_id = bought.customer_id
    left join trends on customers.customer_id = trends.customer_id
    left join categories on customers.customer_id = categories.customer_id
    left join rhythms on customers.customer_id = rhythms.customer_id
    left join visits on customers.customer_id = visits.customer_id
    left join requests on customers.customer_id = requests.customer_id
    left join latest_scores on customers.customer_id = latest_scores.customer_id
    left join voices on customers.customer_id = voices.customer_id
    left join permissions on customers.customer_id = permissions.customer_id
    left join cards on customers.customer_id = cards.customer_id

)

select * from final
