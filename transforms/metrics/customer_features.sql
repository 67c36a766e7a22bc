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

totals as (

    select * from {{ ref('customer_totals') }}

),

{#- What the last year holds moves with the clock. -#}
year as (

    select
        orders.customer_id,
        count(*) filter (where orders.is_purchase) as purchases_365d,
        sum(orders.revenue) as revenue_365d
    from {{ ref('orders') }} as orders
    where orders.customer_id is not null
        and orders.ordered_at > (select clock.as_of_at from clock) - interval '365 days'
    group by orders.customer_id

),

categories as (

    select
        orders.customer_id,
        mode() within group (order by products.category_name) as favourite_category
    from {{ ref('orders') }} as orders
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    inner join {{ ref('products') }} as products on items.product_id = products.product_id
    where orders.is_purchase
        and orders.customer_id is not null
    group by orders.customer_id

),

month as (

    select sessions.customer_id, count(*) as sessions_30d
    from {{ ref('sessions') }} as sessions
    where sessions.customer_id is not null
        and sessions.started_at > (select clock.as_of_at from clock) - interval '30 days'
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
        totals.purchase_count,
        coalesce(year.purchases_365d, 0)::integer as purchases_365d,
        totals.revenue,
        coalesce(year.revenue_365d, 0) as revenue_365d,
        totals.mean_order_value,
        totals.order_value_trend,
        totals.returned_count,
        totals.cod_refused_count,
        totals.cancelled_count,
        totals.purchase_channel_count,
        totals.favourite_channel,
        totals.favourite_hour,
        categories.favourite_category,
        rhythms.purchase_day_count,
        rhythms.mean_gap_days,
        rhythms.p90_gap_days,
        rhythms.silence_days,
        clock.as_of_on - rhythms.last_purchased_on as recency_days,
        clock.as_of_on - rhythms.first_purchased_on as tenure_days,
        clock.as_of_on - rhythms.last_purchased_on > rhythms.silence_days as is_churned,
        totals.session_count,
        coalesce(month.sessions_30d, 0)::integer as sessions_30d,
        totals.engaged_seconds,
        totals.last_session_at,
        coalesce(requests.ticket_count, 0)::integer as ticket_count,
        coalesce(requests.open_ticket_count, 0)::integer as open_ticket_count,
        round(requests.mean_hours_to_resolution, 2) as mean_hours_to_resolution,
        totals.nps_score,
        totals.nps_answered_at,
        totals.csat_score,
        totals.ces_score,
        totals.complaint_count,
        totals.low_score_count,
        totals.mean_sentiment,
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
    inner join totals on customers.customer_id = totals.customer_id
    left join year on customers.customer_id = year.customer_id
    left join categories on customers.customer_id = categories.customer_id
    left join rhythms on customers.customer_id = rhythms.customer_id
    left join month on customers.customer_id = month.customer_id
    left join requests on customers.customer_id = requests.customer_id
    left join permissions on customers.customer_id = permissions.customer_id
    left join cards on customers.customer_id = cards.customer_id

)

select * from final
