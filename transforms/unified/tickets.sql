{{ config(indexes=[
    {'columns': ['ticket_id'], 'unique': True},
    {'columns': ['customer_id', 'created_at']},
    {'columns': ['created_at']}
]) }}

{#- A ticket reopened after its last solution is open again; merged and spam ones stay, marked, and count nowhere.
    The person is whoever wrote, or else whoever placed the order it is about. -#}
with tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

events as (

    select * from {{ ref('stg_support__ticket_events') }}

),

orders as (

    select order_id, customer_id from {{ ref('orders') }}

),

people as (

    select record_id, customer_id
    from {{ ref('record_identities') }}
    where record_type = 'ticket'

),

business_days as (

    select * from {{ ref('business_days') }}

),

clock as (

    select * from {{ ref('clock') }}

),

history as (

    select
        ticket_id,
        min(occurred_at) filter (where event_type = 'agent_reply') as first_reply_at,
        min(occurred_at) filter (where event_type = 'solved') as first_solved_at,
        max(occurred_at) filter (where event_type = 'solved') as last_solved_at,
        max(occurred_at) filter (where event_type = 'reopened') as last_reopened_at,
        count(*) filter (where event_type = 'reopened') as reopened_count
    from events
    group by ticket_id

),

resolved as (

    select
        tickets.*,
        history.first_reply_at,
        history.first_solved_at,
        case
            when tickets.status in ('new', 'open', 'pending') then null
            when history.last_reopened_at > history.last_solved_at then null
            else history.last_solved_at
        end as solved_at,
        coalesce(history.reopened_count, 0)::integer as reopened_count
    from tickets
    left join history on tickets.ticket_id = history.ticket_id

),

business as (

    select
        resolved.ticket_id,
        sum(extract(epoch from (
            least(resolved.solved_at, business_days.closes_at)
            - greatest(resolved.created_at, business_days.opens_at)
        ))) / 3600 as hours
    from resolved
    inner join business_days
        on business_days.opens_at < resolved.solved_at
        and business_days.closes_at > resolved.created_at
        -- follows from the line above, and lets an index find the few days between
        and business_days.opens_at > resolved.created_at - interval '1 day'
    where resolved.solved_at is not null
    group by resolved.ticket_id

),

final as (

    select
        resolved.ticket_id,
        coalesce(people.customer_id, orders.customer_id) as customer_id,
        'support' as source,
        resolved.channel,
        resolved.status,
        resolved.status not in ('merged', 'spam') as is_counted,
        resolved.category as topic,
        coalesce(resolved.area, 'other') as area,
        resolved.priority,
        resolved.subject,
        resolved.description,
        resolved.order_key as order_id,
        resolved.agent,
        resolved.merged_into,
        resolved.created_at,
        resolved.first_reply_at,
        resolved.first_solved_at,
        resolved.solved_at,
        resolved.reopened_count,
        (extract(epoch from (resolved.first_reply_at - resolved.created_at)) / 60)::numeric(14, 2)
            as minutes_to_first_reply,
        (extract(epoch from (resolved.solved_at - resolved.created_at)) / 3600)::numeric(14, 4)
            as hours_to_resolution,
        case
            when resolved.solved_at is not null then coalesce(business.hours, 0)
        end::numeric(14, 4) as business_hours_to_resolution,
        case
            when resolved.solved_at is null
                then extract(epoch from (clock.as_of_at - resolved.created_at)) / 3600
        end::numeric(14, 4) as open_hours
    from resolved
    left join business on resolved.ticket_id = business.ticket_id
    left join people on resolved.ticket_id = people.record_id
    left join orders on resolved.order_key = orders.order_id
    cross join clock

)

select * from final
