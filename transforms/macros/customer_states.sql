{#- Every customer as they were known at a moment: one query over what has a date. `customers_as_of(as_of)` is this query
    over the published tables, the model `customer_states` over the tables being built, at the clock.

    Who is who is today's knowledge: people merged since are one, with all that any of their records had told by then.
    A value is known from when its record told it until its next version; an order counts from when it was completed, and
    what came back since never counted; a segment's stays are known since the warehouse keeps them.

    Each part is asked once and joined by customer_id, so that PostgreSQL takes the function apart and reads by index
    when one customer is asked for. -#}
{% macro customer_states(at, relation, zone) -%}
select
    customers.customer_id,
    {{ at }} as as_of_at,
    case
        when fields.full_name in (upper(fields.full_name), lower(fields.full_name)) then initcap(fields.full_name)
        else fields.full_name
    end as full_name,
    fields.email,
    fields.phone,
    fields.sex,
    fields.birth_date::date as birth_on,
    coalesce(extract(year from fields.birth_date::date)::integer, fields.birth_year::integer) as birth_year,
    {{ age_band(
        'coalesce(extract(year from fields.birth_date::date)::integer, fields.birth_year::integer)',
        '(' ~ at ~ " at time zone '" ~ zone ~ "')::date"
    ) }} as age_band,
    fields.occupation,
    fields.province,
    fields.address,
    coalesce(fields.field_sources, '{}'::jsonb) as field_sources,
    coalesce(known.identity_count, 0)::integer as identity_count,
    customers.first_seen_at,
    greatest(known.last_seen_at, seen.last_seen_at) as last_seen_at,
    coalesce(seen.touchpoint_count, 0)::integer as touchpoint_count,
    coalesce(bought.order_count, 0)::integer as order_count,
    coalesce(bought.revenue, 0)::numeric as revenue,
    coalesce(bought.purchases_365d, 0)::integer as purchases_365d,
    coalesce(bought.revenue_365d, 0)::numeric as revenue_365d,
    round(bought.mean_order_value, 2) as mean_order_value,
    bought.first_order_at,
    bought.last_order_at,
    ({{ at }} at time zone '{{ zone }}')::date - (bought.last_order_at at time zone '{{ zone }}')::date
        as recency_days,
    ({{ at }} at time zone '{{ zone }}')::date - (bought.first_order_at at time zone '{{ zone }}')::date
        as tenure_days,
    coalesce(visits.session_count, 0)::integer as session_count,
    coalesce(requests.ticket_count, 0)::integer as ticket_count,
    coalesce(said.feedback_count, 0)::integer as feedback_count,
    coalesce(said.complaint_count, 0)::integer as complaint_count,
    round(said.mean_sentiment, 3) as mean_sentiment,
    answers.nps_score,
    answers.csat_score,
    answers.ces_score,
    {{ understanding_level(
        'fields.full_name', 'fields.email', 'fields.phone', 'coalesce(bought.order_count, 0)',
        'coalesce(seen.touchpoint_count, 0)', 'coalesce(said.feedback_count, 0)'
    ) }} as understanding_level,
    {{ understanding_gaps(
        'fields.full_name', 'fields.email', 'fields.phone',
        'coalesce(fields.birth_date, fields.birth_year)', 'fields.sex', 'fields.province',
        'coalesce(bought.order_count, 0)', 'coalesce(seen.touchpoint_count, 0)', 'coalesce(said.feedback_count, 0)'
    ) }} as understanding_gaps,
    coalesce(permitted.consents, '[]'::jsonb) as consents
    {%- if 'segment_members' in relation %},
    coalesce(stays.segments, array[]::text[]) as segments
    {%- endif %}
from {{ relation['customers'] }} as customers
left join (
    select
        customer_id,
        {%- for field in [
            'full_name', 'email', 'phone', 'sex', 'birth_date', 'birth_year', 'occupation', 'province', 'address'
        ] %}
        max(value) filter (where field = '{{ field }}') as {{ field }},
        {%- endfor %}
        jsonb_object_agg(field, source order by field) as field_sources
    from (
        {{ survivors(
            relation['profile_statements'],
            'told_at <= ' ~ at ~ ' and (superseded_at is null or superseded_at > ' ~ at ~ ')',
            relation['field_priorities'],
            relation['field_rules']
        ) | indent(8) }}
    ) as survivors
    group by customer_id
) as fields on customers.customer_id = fields.customer_id
left join (
    select
        customer_id,
        count(*) as identity_count,
        max(least(last_seen_at, {{ at }})) as last_seen_at
    from {{ relation['identities'] }}
    where first_seen_at <= {{ at }}
    group by customer_id
) as known on customers.customer_id = known.customer_id
left join (
    select
        customer_id,
        count(*) as touchpoint_count,
        max(occurred_at) as last_seen_at
    from {{ relation['touchpoints'] }}
    where occurred_at <= {{ at }}
    group by customer_id
) as seen on customers.customer_id = seen.customer_id
left join (
    select
        customer_id,
        count(*) as order_count,
        sum(revenue) as revenue,
        count(*) filter (where ordered_at > {{ at }} - interval '365 days') as purchases_365d,
        sum(revenue) filter (where ordered_at > {{ at }} - interval '365 days') as revenue_365d,
        avg(amount) as mean_order_value,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at
    from {{ relation['orders'] }}
    where is_purchase
        and ordered_at <= {{ at }}
        and coalesce(completed_at, ordered_at) <= {{ at }}
    group by customer_id
) as bought on customers.customer_id = bought.customer_id
left join (
    select customer_id, count(*) as session_count
    from {{ relation['sessions'] }}
    where started_at <= {{ at }}
    group by customer_id
) as visits on customers.customer_id = visits.customer_id
left join (
    select customer_id, count(*) as ticket_count
    from {{ relation['tickets'] }}
    where is_counted
        and created_at <= {{ at }}
    group by customer_id
) as requests on customers.customer_id = requests.customer_id
left join (
    select
        customer_id,
        count(*) filter (where score is not null or text is not null) as feedback_count,
        count(*) filter (where type = 'complaint') as complaint_count,
        avg(sentiment) as mean_sentiment
    from {{ relation['feedback'] }}
    where given_at <= {{ at }}
    group by customer_id
) as said on customers.customer_id = said.customer_id
left join (
    select
        customer_id,
        max(score) filter (where question = 'nps') as nps_score,
        max(score) filter (where question = 'csat') as csat_score,
        max(score) filter (where question = 'ces') as ces_score
    from (
        select distinct on (customer_id, question)
            customer_id,
            question,
            score
        from {{ relation['feedback'] }}
        where kind = 'survey'
            and given_at <= {{ at }}
        order by customer_id, question, given_at desc, feedback_id
    ) as latest
    group by customer_id
) as answers on customers.customer_id = answers.customer_id
left join (
    select
        customer_id,
        jsonb_agg(
            jsonb_build_object(
                'purpose', purpose, 'contactChannel', contact_channel, 'isGranted', is_granted,
                'since', valid_from, 'proof', proof
            ) order by purpose, contact_channel
        ) as consents
    from {{ relation['consents'] }}
    where valid_from <= {{ at }}
        and (valid_to is null or valid_to > {{ at }})
    group by customer_id
) as permitted on customers.customer_id = permitted.customer_id
{%- if 'segment_members' in relation %}
left join (
    select customer_id, array_agg(segment_id order by segment_id) as segments
    from {{ relation['segment_members'] }}
    where entered_at <= {{ at }}
        and (left_at is null or left_at > {{ at }})
    group by customer_id
) as stays on customers.customer_id = stays.customer_id
{%- endif %}
where customers.first_seen_at <= {{ at }}
{%- endmacro %}
