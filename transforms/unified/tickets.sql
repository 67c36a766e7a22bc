{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='ticket_id',
    indexes=[
        {'columns': ['ticket_id'], 'unique': True},
        {'columns': ['customer_id', 'created_at']},
        {'columns': ['created_at']},
        {'columns': ['order_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'tickets': ref('stg_support__tickets'),
    'events': ref('base_support__ticket_events'),
    'orders': ref('orders'),
    'receipts': ref('base_pos__receipts'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set holidays_digest = digest_of(ref('tet_holidays'), ['holiday_from', 'holiday_to']) -%}

{#- A ticket reopened after its last solution is open again; merged and spam ones stay, marked, and count nowhere.
    The person is whoever wrote, or else whoever placed the order it is about. -#}
with
{%- if is_incremental() %}

{{ people_and_orders_written(inputs) }},

touched as materialized (

    select ticket_id from {{ inputs.tickets }}
    where {{ above_seen('tickets') }}
    union
    select ticket_id from {{ inputs.events }}
    where {{ above_seen('events') }}
    union
    select record_id from moved_records
    where record_type = 'ticket'
    union
    select ticket_id from {{ this }}
    where order_id = {{ any_of('touched_orders', 'order_id') }}
    union
    select ticket_id from {{ this }}
    where {{ reference_differs(holidays_digest) }}

),

{#- Of those that are not solved only the clock moves: they are written in the batch they were of. -#}
waiting as materialized (

    select ticket_id, batch, seen_batches from {{ this }}
    where solved_at is null
        and ticket_id not in (select touched.ticket_id from touched where touched.ticket_id is not null)

),

named as materialized (

    select ticket_id from touched
    union all
    select ticket_id from waiting

),
{%- endif %}

tickets as (

    {{ named_rows(inputs.tickets, 'ticket_id', 'named', 'ticket_id') }}

),

events as (

    {{ named_rows(ref('stg_support__ticket_events'), 'ticket_id', 'named', 'ticket_id') }}

),

orders as not materialized (

    {{ named_rows(inputs.orders, 'order_id', 'tickets', 'order_key') }}

),

people as not materialized (

    {{ owners_of(inputs.people, ['ticket'], 'named', 'ticket_id') }}

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

written as (

    select {{ seen_batches(inputs, holidays_digest) }}

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
        end::numeric(14, 4) as open_hours,
        {%- set batch = next_batch(newest_moment()) %}
        {%- if is_incremental() %}
        coalesce(waiting.batch, {{ batch }}) as batch,
        coalesce(waiting.seen_batches, written.seen_batches) as seen_batches
        {%- else %}
        {{ batch }} as batch,
        written.seen_batches
        {%- endif %}
    from resolved
    left join business on resolved.ticket_id = business.ticket_id
    left join people on resolved.ticket_id = people.record_id
    left join orders on resolved.order_key = orders.order_id
    {%- if is_incremental() %}
    left join waiting on resolved.ticket_id = waiting.ticket_id
    {%- endif %}
    cross join clock
    cross join written

)

select * from final
