{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_id',
    indexes=[
        {'columns': ['customer_id'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- All that is counted of a customer; `customer_features` adds the days since. Written anew are those of whom something was
    written since, and those of whom the last year or month holds another order or visit as the clock moved on. Of a number
    that was given up a row of nothing stays. What was bought and what was done else is worked out anew apart: of most who
    came by, and of those whom only the clock moves, the one or both are taken over. -#}
{%- set inputs = {'changes': ref('customer_changes')} -%}
{%- set products = ref('products') -%}
{%- set products_digest = digest_of(products, ['product_id', 'category_name']) -%}

with clock as (

    select * from {{ ref('clock') }}

),
{%- if is_incremental() %}

{{ looked() }},

{#- Both moments of the clock; seconds are told in whole ones. -#}
moved_clock as materialized (

    select
        least(seen.at, clock.as_of_at) - interval '1 second' as moved_from,
        greatest(seen.at, clock.as_of_at) + interval '1 second' as moved_to
    from clock
    cross join (
        select to_timestamp({{ last_read('clock_batch') }}) as at
    ) as seen

),

named as (

    select customer_id, told_batch > {{ seen_of('changes') }} as has_bought, true as has_done
    from {{ inputs.changes }}
    where {{ above_seen('changes') }}
    {%- for relation, moment, span in [('orders', 'ordered_at', '365 days'), ('sessions', 'started_at', '30 days')] %}
    union all
    select customer_id, {{ 'true' if relation == 'orders' else 'false' }}, false
    from {{ ref(relation) }}
    where {{ moment }} > (select moved_clock.moved_from - interval '{{ span }}' from moved_clock)
        and {{ moment }} <= (select moved_clock.moved_to - interval '{{ span }}' from moved_clock)
        and customer_id is not null
    {%- endfor %}
    union all
    select customer_id, true, true from {{ this }}
    where {{ reference_differs(products_digest) }}

),

touched as (

    select customer_id, bool_or(has_bought) as has_bought, bool_or(has_done) as has_done
    from named
    group by customer_id

),

held as (

    {{ rows_of(this, 'customer_id', 'touched') }}

),
    {%- for part in ['bought', 'done'] %}

{{ part }}_anew as materialized (

    select touched.customer_id
    from touched
    left join held on touched.customer_id = held.customer_id
    where touched.has_{{ part }} is true or held.customer_id is null

),

{{ part }}_before as materialized (

    select * from held
    where customer_id not in (select {{ part }}_anew.customer_id from {{ part }}_anew)

),
    {%- endfor %}
{%- endif %}
{%- for relation, part in {
    'customer_rhythms': 'bought', 'orders': 'bought',
    'sessions': 'done', 'feedback': 'done', 'tickets': 'done', 'permissions': 'done'
}.items() %}

{{ relation }} as {{ '' if is_incremental() else 'not materialized ' }}(
    {% if is_incremental() %}
    {{ rows_of(ref(relation), 'customer_id', part ~ '_anew') }}
    {%- else %}
    select * from {{ ref(relation) }}
    where customer_id is not null
    {%- endif %}

),
{%- endfor %}

items as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ named_rows(ref('order_items'), 'order_id', 'orders') }}

),

bought as (

    select
        customer_id,
        count(*) filter (where is_purchase) as purchase_count,
        sum(revenue) as revenue,
        avg(amount) filter (where is_purchase) as mean_order_value,
        count(*) filter (where status = 'returned') as returned_count,
        count(*) filter (where status = 'cod_refused') as cod_refused_count,
        count(*) filter (where status = 'cancelled') as cancelled_count,
        count(*) filter (where is_purchase and ordered_at > clock.as_of_at - interval '365 days') as purchases_365d,
        sum(revenue) filter (where ordered_at > clock.as_of_at - interval '365 days') as revenue_365d,
        count(distinct channel) filter (where is_purchase) as purchase_channel_count,
        mode() within group (order by channel) filter (where is_purchase) as favourite_channel,
        mode() within group (
            order by extract(hour from ordered_at at time zone '{{ var("timezone") }}')
        ) filter (where is_purchase) as favourite_hour
    from orders
    cross join clock
    group by customer_id
    {{ taken_over(
        'bought_before', 'purchase_count', 'revenue', 'mean_order_value', 'returned_count', 'cod_refused_count',
        'cancelled_count', 'purchases_365d', 'revenue_365d', 'purchase_channel_count', 'favourite_channel',
        'favourite_hour'
    ) }}

),

categories as (

    select
        orders.customer_id,
        mode() within group (order by products.category_name) as favourite_category
    from orders
    inner join items on orders.order_id = items.order_id
    inner join {{ products }} as products on items.product_id = products.product_id
    where orders.is_purchase
    group by orders.customer_id
    {{ taken_over('bought_before', 'favourite_category') }}

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
        round(
            case when count(*) >= 3 then 100 * (exp(regr_slope(log_value, position)) - 1) end::numeric, 4
        ) as order_value_trend
    from last_six
    where from_last <= 6
    group by customer_id
    {{ taken_over('bought_before', 'order_value_trend') }}

),

{%- set of_rhythms = [
    'purchase_day_count', 'first_purchased_on', 'last_purchased_on', 'mean_gap_days', 'p90_gap_days', 'silence_days'
] %}

rhythms as (

    select customer_id, {{ of_rhythms | join(', ') }}
    from customer_rhythms
    {{ taken_over('bought_before', *of_rhythms) }}

),

visits as (

    select
        customer_id,
        count(*) as session_count,
        count(*) filter (where started_at > clock.as_of_at - interval '30 days') as sessions_30d,
        sum(engaged_seconds) as engaged_seconds,
        max(started_at) as last_session_at
    from sessions
    cross join clock
    group by customer_id
    {%- if is_incremental() %}
    union all
    {#- who did nothing: only the clock moves, over what they did last #}
    select
        done_before.customer_id,
        done_before.session_count,
        lately.session_count,
        done_before.engaged_seconds,
        done_before.last_session_at
    from done_before
    cross join lateral (
        select count(*) as session_count
        from {{ ref('sessions') }} as theirs
        where theirs.customer_id = done_before.customer_id
            and theirs.started_at > (select clock.as_of_at - interval '30 days' from clock)
    ) as lately
    {%- endif %}

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
    {{ taken_over('done_before', 'nps_score', 'nps_answered_at', 'csat_score', 'ces_score') }}

),

voices as (

    select
        customer_id,
        count(*) filter (where type = 'complaint') as complaint_count,
        avg(sentiment) as mean_sentiment,
        count(*) filter (where is_low_score) as low_score_count
    from feedback
    group by customer_id
    {{ taken_over('done_before', 'complaint_count', 'mean_sentiment', 'low_score_count') }}

),

requests as (

    select
        customer_id,
        count(*) as ticket_count,
        count(*) filter (where solved_at is null) as open_ticket_count,
        avg(hours_to_resolution) as mean_hours_to_resolution
    from tickets
    where is_counted
    group by customer_id
    {{ taken_over('done_before', 'ticket_count', 'open_ticket_count', 'mean_hours_to_resolution') }}

),

permitted as (

    select
        customer_id,
        bool_or(purpose = 'marketing') as has_marketing_consent,
        bool_or(purpose = 'profiling') as has_profiling_consent,
        bool_or(purpose = 'sharing') as has_sharing_consent
    from permissions
    where contact_channel = 'any'
    group by customer_id
    {{ taken_over('done_before', 'has_marketing_consent', 'has_profiling_consent', 'has_sharing_consent') }}

),

card_numbers as (

    select customer_id, record_id
    from {{ ref('record_identities') }}
    {%- if is_incremental() %}
    {{ expected_many() }}
    where record_type = 'member'
        and customer_id = {{ any_of('bought_anew', 'customer_id') }}
    offset 0
    {%- else %}
    where record_type = 'member'
    {%- endif %}

),

members as (

    {{ named_rows(ref('stg_loyalty__members'), 'member_no', 'card_numbers', 'record_id') }}

),

cards as (

    select
        card_numbers.customer_id,
        count(*) as card_count,
        max(members.points) as points,
        (array_agg(members.tier order by members.points desc, members.member_no))[1] as loyalty_tier
    from members
    inner join card_numbers on members.member_no = card_numbers.record_id
    group by card_numbers.customer_id
    {{ taken_over('bought_before', 'card_count', 'points', 'loyalty_tier') }}

),

final as (

    select
        customer_id,
        coalesce(bought.purchase_count, 0)::integer as purchase_count,
        coalesce(bought.purchases_365d, 0)::integer as purchases_365d,
        coalesce(bought.revenue, 0) as revenue,
        coalesce(bought.revenue_365d, 0) as revenue_365d,
        round(bought.mean_order_value, 2) as mean_order_value,
        trends.order_value_trend,
        coalesce(bought.returned_count, 0)::integer as returned_count,
        coalesce(bought.cod_refused_count, 0)::integer as cod_refused_count,
        coalesce(bought.cancelled_count, 0)::integer as cancelled_count,
        coalesce(bought.purchase_channel_count, 0)::integer as purchase_channel_count,
        bought.favourite_channel,
        bought.favourite_hour::integer as favourite_hour,
        categories.favourite_category,
        rhythms.purchase_day_count,
        rhythms.first_purchased_on,
        rhythms.last_purchased_on,
        rhythms.mean_gap_days,
        rhythms.p90_gap_days,
        rhythms.silence_days,
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
        coalesce(permitted.has_marketing_consent, false) as has_marketing_consent,
        coalesce(permitted.has_profiling_consent, false) as has_profiling_consent,
        coalesce(permitted.has_sharing_consent, false) as has_sharing_consent,
        coalesce(cards.card_count, 0)::integer as card_count,
        cards.points,
        cards.loyalty_tier,
        {{ next_batch(newest_batch(inputs.changes)) }} as batch,
        {{ seen_batches(inputs, products_digest) }},
        {{ newest_moment() }} as clock_batch
    from {{ 'touched' if is_incremental() else inputs.changes }}
    left join bought using (customer_id)
    left join trends using (customer_id)
    left join categories using (customer_id)
    left join rhythms using (customer_id)
    left join visits using (customer_id)
    left join requests using (customer_id)
    left join latest_scores using (customer_id)
    left join voices using (customer_id)
    left join permitted using (customer_id)
    left join cards using (customer_id)

)

select * from final
