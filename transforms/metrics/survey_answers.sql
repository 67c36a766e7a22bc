{{ config(indexes=[{'columns': ['answered_at']}, {'columns': ['customer_id']}]) }}

with feedback as (

    select * from {{ ref('feedback') }}
    where kind = 'survey'

),

customers as (

    select customer_id, sex, age_band, province from {{ ref('customers') }}

),

orders as (

    select order_id, channel, carrier, is_late from {{ ref('orders') }}

),

tickets as (

    select * from {{ ref('tickets') }}

),

final as (

    select
        feedback.feedback_id as answer_id,
        feedback.customer_id,
        feedback.given_at as answered_at,
        feedback.question,
        feedback.score,
        case when feedback.question = 'nps' then feedback.score end as nps_score,
        case when feedback.question = 'csat' then feedback.score end as csat_score,
        case when feedback.question = 'ces' then feedback.score end as ces_score,
        feedback.channel,
        case
            when feedback.ticket_id is not null then 'ticket'
            when orders.channel = 'store' then 'receipt'
            when orders.order_id is not null then 'order'
            else 'none'
        end as touchpoint,
        coalesce(orders.channel, tickets.channel) as touchpoint_channel,
        orders.carrier,
        orders.is_late as is_late_delivery,
        tickets.reopened_count > 0 as is_reopened_ticket,
        tickets.minutes_to_first_reply > 1440 as is_slow_reply,
        feedback.topic,
        customers.sex,
        customers.age_band,
        customers.province
    from feedback
    left join customers on feedback.customer_id = customers.customer_id
    left join orders on feedback.order_id = orders.order_id
    left join tickets on feedback.ticket_id = tickets.ticket_id

)

select * from final
