{{ config(materialized='view') }}

{#- One wide row per customer: what scores, segments and models read. Counts are to date unless the name says days. A view,
    since the days since are others for everybody every day, and are a subtraction. -#}
with customers as (

    select * from {{ ref('customers') }}

),

totals as (

    select * from {{ ref('customer_totals') }}

),

clock as (

    select * from {{ ref('clock') }}

),

final as (

    select
        customers.customer_id,
        clock.as_of_on,
        totals.purchase_count,
        totals.purchases_365d,
        totals.revenue,
        totals.revenue_365d,
        totals.mean_order_value,
        totals.order_value_trend,
        totals.returned_count,
        totals.cod_refused_count,
        totals.cancelled_count,
        totals.purchase_channel_count,
        totals.favourite_channel,
        totals.favourite_hour,
        totals.favourite_category,
        totals.purchase_day_count,
        totals.mean_gap_days,
        totals.p90_gap_days,
        totals.silence_days,
        clock.as_of_on - totals.last_purchased_on as recency_days,
        clock.as_of_on - totals.first_purchased_on as tenure_days,
        clock.as_of_on - totals.last_purchased_on > totals.silence_days as is_churned,
        totals.session_count,
        totals.sessions_30d,
        totals.engaged_seconds,
        totals.last_session_at,
        totals.ticket_count,
        totals.open_ticket_count,
        totals.mean_hours_to_resolution,
        totals.nps_score,
        totals.nps_answered_at,
        totals.csat_score,
        totals.ces_score,
        totals.complaint_count,
        totals.low_score_count,
        totals.mean_sentiment,
        totals.has_marketing_consent,
        totals.has_profiling_consent,
        totals.has_sharing_consent,
        totals.card_count,
        totals.points,
        totals.loyalty_tier,
        customers.touchpoint_count,
        customers.understanding_level
    from customers
    inner join totals on customers.customer_id = totals.customer_id
    cross join clock

)

select * from final
