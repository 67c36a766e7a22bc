{#- Property: what was known at the clock's moment is what is known. Compared are those of whom nothing is dated later: a
    source's clock may be up to a day ahead of ours. -#}
select coalesce(customers.customer_id, states.customer_id) as customer_id
from {{ ref('customers') }} as customers
inner join {{ ref('customer_features') }} as features on customers.customer_id = features.customer_id
cross join {{ ref('clock') }} as clock
full join {{ ref('customer_states') }} as states on customers.customer_id = states.customer_id
where (customers.customer_id is null or customers.last_seen_at <= clock.as_of_at)
    and not exists (
        select 1
        from {{ ref('profile_statements') }} as later
        where later.customer_id = customers.customer_id
            and later.told_at > clock.as_of_at
    )
    and not exists (
        select 1
        from {{ ref('orders') }} as later
        where later.customer_id = customers.customer_id
            and later.completed_at > clock.as_of_at
    )
    and (
        customers.full_name, customers.email, customers.phone, customers.sex, customers.birth_on,
        customers.birth_year, customers.age_band, customers.occupation, customers.province, customers.address,
        customers.field_sources, customers.identity_count, customers.first_seen_at, customers.last_seen_at,
        customers.touchpoint_count, customers.order_count, customers.revenue, customers.first_order_at,
        customers.last_order_at, customers.feedback_count, customers.understanding_level,
        customers.understanding_gaps, features.purchases_365d, features.revenue_365d, features.mean_order_value,
        features.recency_days, features.tenure_days, features.session_count, features.ticket_count,
        features.complaint_count, features.mean_sentiment, features.nps_score, features.csat_score,
        features.ces_score
    ) is distinct from (
        states.full_name, states.email, states.phone, states.sex, states.birth_on,
        states.birth_year, states.age_band, states.occupation, states.province, states.address,
        states.field_sources, states.identity_count, states.first_seen_at, states.last_seen_at,
        states.touchpoint_count, states.order_count, states.revenue, states.first_order_at,
        states.last_order_at, states.feedback_count, states.understanding_level,
        states.understanding_gaps, states.purchases_365d, states.revenue_365d, states.mean_order_value,
        states.recency_days, states.tenure_days, states.session_count, states.ticket_count,
        states.complaint_count, states.mean_sentiment, states.nps_score, states.csat_score,
        states.ces_score
    )
