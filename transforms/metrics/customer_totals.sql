{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='customer_id',
    gone_when='purchase_count is null',
    indexes=[
        {'columns': ['customer_id'], 'unique': True},
        {'columns': ['seen_batch']}
    ]
) }}

{#- What is counted of a customer to date, whatever day it is: `customer_features` adds what moves with the clock. Written
    anew are those of whom something was written since. -#}
{%- set changes = ref('customer_changes') %}

with customers as not materialized (

    select customer_id from {{ ref('customers') }}

),
{%- if is_incremental() %}

touched as (

    select customer_id from {{ changes }}
    where {{ not_yet_seen() }}

),

present as (

    {{ rows_of('customers', 'customer_id', 'touched') }}

),
{%- endif %}
{%- for relation in ['orders', 'sessions', 'feedback'] %}

{{ relation }} as {{ '' if is_incremental() else 'not materialized ' }}(
    {% if is_incremental() %}
    {{ rows_of(ref(relation), 'customer_id', 'touched') }}
    {%- else %}
    select * from {{ ref(relation) }}
    where customer_id is not null
    {%- endif %}

),
{%- endfor %}

bought as (

    select
        customer_id,
        count(*) filter (where is_purchase) as purchase_count,
        sum(revenue) as revenue,
        avg(amount) filter (where is_purchase) as mean_order_value,
        count(*) filter (where status = 'returned') as returned_count,
        count(*) filter (where status = 'cod_refused') as cod_refused_count,
        count(*) filter (where status = 'cancelled') as cancelled_count,
        count(distinct channel) filter (where is_purchase) as purchase_channel_count,
        mode() within group (order by channel) filter (where is_purchase) as favourite_channel,
        mode() within group (
            order by extract(hour from ordered_at at time zone '{{ var("timezone") }}')
        ) filter (where is_purchase) as favourite_hour
    from orders
    group by customer_id

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

visits as (

    select
        customer_id,
        count(*) as session_count,
        sum(engaged_seconds) as engaged_seconds,
        max(started_at) as last_session_at
    from sessions
    group by customer_id

),

{#- Each survey's latest answer. -#}
answers as (

    select distinct on (customer_id, question)
        customer_id,
        question,
        score,
        given_at
    from feedback
    where kind = 'survey'
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
    from feedback
    group by customer_id

),

final as (

    select
        customers.customer_id,
        coalesce(bought.purchase_count, 0)::integer as purchase_count,
        coalesce(bought.revenue, 0) as revenue,
        round(bought.mean_order_value, 2) as mean_order_value,
        round(trends.order_value_trend::numeric, 4) as order_value_trend,
        coalesce(bought.returned_count, 0)::integer as returned_count,
        coalesce(bought.cod_refused_count, 0)::integer as cod_refused_count,
        coalesce(bought.cancelled_count, 0)::integer as cancelled_count,
        coalesce(bought.purchase_channel_count, 0)::integer as purchase_channel_count,
        bought.favourite_channel,
        bought.favourite_hour::integer as favourite_hour,
        coalesce(visits.session_count, 0)::integer as session_count,
        coalesce(visits.engaged_seconds, 0)::bigint as engaged_seconds,
        visits.last_session_at,
        latest_scores.nps_score,
        latest_scores.nps_answered_at,
        latest_scores.csat_score,
        latest_scores.ces_score,
        coalesce(voices.complaint_count, 0)::integer as complaint_count,
        coalesce(voices.low_score_count, 0)::integer as low_score_count,
        round(voices.mean_sentiment, 3) as mean_sentiment,
        {{ newest_batch(changes) }} as seen_batch
    from {{ 'present' if is_incremental() else 'customers' }} as customers
    left join bought on customers.customer_id = bought.customer_id
    left join trends on customers.customer_id = trends.customer_id
    left join visits on customers.customer_id = visits.customer_id
    left join latest_scores on customers.customer_id = latest_scores.customer_id
    left join voices on customers.customer_id = voices.customer_id
    {%- if is_incremental() %}
    union all
    {#- a number that is nobody's any more #}
    select
        touched.customer_id, {{ (['null'] * 20) | join(', ') }}, null
    from touched
    where not exists (select from present where present.customer_id = touched.customer_id)
    {%- endif %}

)

select * from final
