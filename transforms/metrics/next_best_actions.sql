{{ config(indexes=[{'columns': ['customer_id', 'rank'], 'unique': True}, {'columns': ['action', 'rank']}]) }}

{#- What to do next about each customer, at most three things, the most urgent first: what was left undone for them, then
    what they may want. Marketing goes out only by a channel the customer may be reached by and agreed to; what is read
    from their behaviour (refill, offer_what_goes_with) also needs the consent to profiling that recommendations ask for. -#}
with clock as (

    select * from {{ ref('clock') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

products as (

    select product_id, product_name from {{ ref('products') }}

),

{#- The newest of a kind stands for all. -#}
bad_scores as (

    select distinct on (customer_id)
        cases.customer_id,
        'answer_bad_score' as action,
        null::text as product_id,
        cases.due_at,
        cases.question || ' ' || cases.score || ' on ' || (cases.given_at at time zone '{{ var("timezone") }}')::date
            || ', nobody replied' as reason,
        jsonb_build_object(
            'feedbackId', cases.feedback_id, 'question', cases.question, 'score', cases.score,
            'topic', cases.topic, 'givenAt', cases.given_at, 'status', cases.status
        ) as evidence
    from {{ ref('feedback_cases') }} as cases
    cross join clock
    where cases.status in ('open', 'overdue')
        and cases.given_at > clock.as_of_at - interval '30 days'
    order by cases.customer_id, cases.given_at desc, cases.feedback_id

),

open_tickets as (

    select distinct on (tickets.customer_id)
        tickets.customer_id,
        'settle_ticket',
        null::text,
        tickets.created_at + interval '48 hours',
        tickets.topic || ' ticket open for ' || round(tickets.open_hours / 24) || ' days',
        jsonb_build_object(
            'ticketId', tickets.ticket_id, 'topic', tickets.topic, 'priority', tickets.priority,
            'openHours', round(tickets.open_hours)
        )
    from {{ ref('tickets') }} as tickets
    where tickets.is_counted
        and tickets.customer_id is not null
        and tickets.open_hours > 48
    order by tickets.customer_id, tickets.created_at, tickets.ticket_id

),

refills as (

    select distinct on (recommendations.customer_id)
        recommendations.customer_id,
        'refill',
        recommendations.product_id,
        null::timestamptz,
        products.product_name || ' bought on ' || recommendations.last_bought_on || ' should be used up',
        jsonb_build_object(
            'productId', recommendations.product_id, 'lastBoughtOn', recommendations.last_bought_on,
            'chance', recommendations.chance
        )
    from {{ ref('recommendations') }} as recommendations
    inner join products on recommendations.product_id = products.product_id
    where recommendations.reason = 'running_out'
    order by recommendations.customer_id, recommendations.rank

),

carts as (

    select distinct on (carts.customer_id)
        carts.customer_id,
        'finish_cart',
        null::text,
        carts.last_event_at + interval '14 days',
        'cart of ' || carts.value || ' left at ' || carts.last_step
            || coalesce(' because of ' || replace(carts.exit_reason, '_', ' '), ''),
        jsonb_build_object(
            'cartId', carts.cart_id, 'value', carts.value, 'lastStep', carts.last_step,
            'exitReason', carts.exit_reason, 'leftAt', carts.last_event_at
        )
    from {{ ref('cart_outcomes') }} as carts
    inner join features on carts.customer_id = features.customer_id
    cross join clock
    where carts.is_abandoned
        and carts.last_event_at > clock.as_of_at - interval '14 days'
        and (
            features.recency_days is null
            or clock.as_of_on - features.recency_days
                < (carts.last_event_at at time zone '{{ var("timezone") }}')::date
        )
    order by carts.customer_id, carts.last_event_at desc, carts.cart_id

),

silent as (

    select
        customer_id,
        'win_back',
        null::text,
        null::timestamptz,
        'silent for ' || recency_days || ' days, expected within ' || silence_days,
        jsonb_build_object(
            'recencyDays', recency_days, 'silenceDays', silence_days,
            'purchaseCount', purchase_count, 'revenue', revenue
        )
    from features
    where purchase_count >= 2
        and is_churned

),

offers as (

    select distinct on (recommendations.customer_id)
        recommendations.customer_id,
        'offer_what_goes_with',
        recommendations.product_id,
        null::timestamptz,
        products.product_name || ' goes with ' || bought.product_name || ', which they bought',
        jsonb_build_object(
            'productId', recommendations.product_id, 'becauseProductId', recommendations.because_product_id,
            'chance', recommendations.chance, 'lift', recommendations.lift
        )
    from {{ ref('recommendations') }} as recommendations
    inner join products on recommendations.product_id = products.product_id
    inner join products as bought on recommendations.because_product_id = bought.product_id
    where recommendations.reason = 'goes_with'
        and recommendations.lift >= 2
    order by recommendations.customer_id, recommendations.rank

),

promoters as (

    select
        features.customer_id,
        'ask_for_referral',
        null::text,
        null::timestamptz,
        'answered ' || features.nps_score || ' of 10 within 90 days',
        jsonb_build_object('npsScore', features.nps_score, 'answeredAt', features.nps_answered_at)
    from features
    cross join clock
    where features.nps_score >= 9
        and features.nps_answered_at > clock.as_of_at - interval '90 days'
        and features.open_ticket_count = 0

),

together as (

    select * from bad_scores
    union all
    select * from open_tickets
    union all
    select * from refills
    union all
    select * from carts
    union all
    select * from silent
    union all
    select * from offers
    union all
    select * from promoters

),

{#- By which channels each action may go out, in order. -#}
ways as (

    {%- for listed in next_action_list() %}
    {%- set order = loop.index %}
    {%- set last = loop.last %}
    {%- for channel in listed.channels %}
    select
        '{{ listed.action }}' as action,
        {{ order }} as urgency,
        '{{ listed.purpose }}' as purpose,
        '{{ channel }}' as channel,
        {{ loop.index }} as preference
    {%- if not (last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}

),

words as (

    select customer_id, purpose, contact_channel, is_granted
    from {{ ref('consents') }}
    where valid_to is null
        and customer_id is not null

),

{#- A word about the channel decides; where there is none, one about every channel. -#}
reachable as (

    select distinct on (together.customer_id, together.action)
        together.*,
        ways.urgency,
        ways.purpose,
        ways.channel
    from together
    inner join ways on together.action = ways.action
    inner join {{ ref('consent_purposes') }} as purposes on ways.purpose = purposes.purpose
    inner join {{ ref('customers') }} as customers on together.customer_id = customers.customer_id
    left join words as of_channel
        on together.customer_id = of_channel.customer_id
        and ways.purpose = of_channel.purpose
        and ways.channel = of_channel.contact_channel
    left join words as of_any
        on together.customer_id = of_any.customer_id
        and ways.purpose = of_any.purpose
        and of_any.contact_channel = 'any'
    where coalesce(of_channel.is_granted, of_any.is_granted, not purposes.needs_consent)
        and case when ways.channel = 'email' then customers.email else customers.phone end is not null
    order by together.customer_id, together.action, ways.preference

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id order by urgency) as rank
    from reachable

),

final as (

    select
        customer_id || ':' || action as next_best_action_id,
        customer_id,
        rank::integer as rank,
        action,
        purpose,
        channel,
        product_id,
        due_at,
        reason,
        evidence
    from ranked
    where rank <= 3

)

select * from final
