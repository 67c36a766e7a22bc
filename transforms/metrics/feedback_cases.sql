{{ config(indexes=[
    {'columns': ['feedback_id'], 'unique': True},
    {'columns': ['customer_id']},
    {'columns': ['given_at']}
]) }}

{#- The closed loop: each bad answer of somebody known is a case until the business speaks to them, by a reply in a ticket
    of theirs or a call to them that is answered. Their own calls and chats are no reply of ours. Due within 48 hours (var
    feedback_reply_hours); what comes after 30 days answers something else. -#}
with bad_answers as (

    select * from {{ ref('feedback') }}
    where is_low_score
        and customer_id is not null

),

clock as (

    select * from {{ ref('clock') }}

),

replies as (

    select
        tickets.customer_id,
        events.occurred_at as replied_at,
        'ticket' as replied_by,
        'ticket:' || events.ticket_id as reply_id
    from {{ ref('stg_support__ticket_events') }} as events
    inner join {{ ref('tickets') }} as tickets on events.ticket_id = tickets.ticket_id
    where events.event_type = 'agent_reply'
        and tickets.customer_id is not null
    union all
    select
        customer_id,
        first_human_reply_at,
        'call',
        conversation_id
    from {{ ref('conversations') }}
    where kind = 'call'
        and direction = 'outbound'
        and first_human_reply_at is not null
        and customer_id is not null

),

answered as (

    select distinct on (bad_answers.feedback_id)
        bad_answers.feedback_id,
        replies.replied_at,
        replies.replied_by,
        replies.reply_id
    from bad_answers
    inner join replies
        on bad_answers.customer_id = replies.customer_id
        and replies.replied_at > bad_answers.given_at
        and replies.replied_at <= bad_answers.given_at + interval '30 days'
    order by bad_answers.feedback_id, replies.replied_at, replies.reply_id

),

timed as (

    select
        bad_answers.*,
        bad_answers.given_at + interval '{{ var("feedback_reply_hours", 48) }} hours' as due_at,
        answered.replied_at,
        answered.replied_by,
        answered.reply_id
    from bad_answers
    left join answered on bad_answers.feedback_id = answered.feedback_id

),

final as (

    select
        timed.feedback_id,
        timed.customer_id,
        timed.given_at,
        timed.kind,
        timed.question,
        timed.score,
        timed.topic,
        timed.area,
        timed.channel,
        timed.due_at,
        timed.replied_at,
        timed.replied_by,
        timed.reply_id,
        (extract(epoch from (timed.replied_at - timed.given_at)) / 3600)::numeric(10, 2) as hours_to_reply,
        coalesce(timed.replied_at <= timed.due_at, false) as is_answered_in_time,
        timed.replied_at is not null or timed.due_at <= clock.as_of_at as is_due,
        case
            when timed.replied_at <= timed.due_at then 'answered'
            when timed.replied_at is not null then 'answered_late'
            when timed.due_at > clock.as_of_at then 'open'
            else 'overdue'
        end as status
    from timed
    cross join clock

)

select * from final
