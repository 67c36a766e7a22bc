{{ config(indexes=[
    {'columns': ['customer_id', 'score'], 'unique': True},
    {'columns': ['score', 'value']}
]) }}

{#- Long: a new score is a new branch, and no table changes. A score that cannot be computed has no row; nor has one whose
    purpose (seed score_purposes) needs a consent the customer did not give. One without a purpose fails its test. -#}
with rfm as (

    select * from {{ ref('rfm') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

forecasts as (

    select * from {{ ref('customer_forecasts') }}

),

levels as (

    select * from {{ ref('understanding_levels') }}

),

clock as (

    select * from {{ ref('clock') }}

),

from_rfm as (

    select
        rfm.customer_id,
        scored.score,
        scored.value,
        scored.label,
        'quintile by type-7 quantile, 365 days' as method
    from rfm
    cross join lateral (
        values
        ('rfm_recency', rfm.recency_score::numeric, null),
        ('rfm_frequency', rfm.frequency_score::numeric, null),
        ('rfm_monetary', rfm.monetary_score::numeric, null),
        (
            'rfm',
            (rfm.recency_score * 100 + rfm.frequency_score * 10 + rfm.monetary_score)::numeric,
            rfm.segment
        )
    ) as scored (score, value, label)

),

from_features as (

    select
        features.customer_id,
        scored.score,
        scored.value,
        scored.label,
        scored.method
    from features
    inner join levels on features.understanding_level = levels.level
    cross join lateral (
        values
        (
            'nps',
            features.nps_score,
            case
                when features.nps_score >= 9 then 'promoter'
                when features.nps_score >= 7 then 'passive'
                else 'detractor'
            end,
            'latest answer, 0 to 10'
        ),
        ('csat', features.csat_score, null, 'latest answer, 1 to 5'),
        ('ces', features.ces_score, null, 'latest answer, 1 to 7'),
        (
            'churn_risk',
            case
                when features.silence_days is not null then least(
                    1, round(features.recency_days::numeric / features.silence_days, 4)
                )
            end,
            case
                when features.recency_days > features.silence_days then 'churned'
                when features.recency_days > 0.66 * features.silence_days then 'at risk'
                else 'active'
            end,
            'silence over max(90 days, own p90 gap)'
        ),
        (
            'order_value_trend',
            features.order_value_trend,
            case when features.order_value_trend > 0 then 'rising' else 'falling' end,
            'slope of ln(order value), last 6 purchases, % per order'
        ),
        (
            'understanding',
            levels.level_order::numeric,
            levels.level,
            'see 1, know 2, understand 3, empathise 4'
        ),
        (
            'sentiment',
            features.mean_sentiment,
            case
                when features.mean_sentiment > 0.1 then 'positive'
                when features.mean_sentiment < -0.1 then 'negative'
                else 'neutral'
            end,
            'mean feeling of own texts, -1 to 1'
        )
    ) as scored (score, value, label, method)
    where scored.value is not null

),

from_forecasts as (

    select
        forecasts.customer_id,
        scored.score,
        scored.value,
        scored.label,
        scored.method
    from forecasts
    cross join lateral (
        values
        (
            'churn_probability',
            forecasts.churn_probability,
            case
                when forecasts.churn_probability >= 0.5 then 'likely gone'
                else 'likely active'
            end,
            '1 - P(alive), BG/NBD; after a repeat purchase'
        ),
        ('expected_orders_90d', forecasts.expected_orders_90d, null, 'BG/NBD, 90 days'),
        (
            'clv_12m',
            forecasts.revenue_12m,
            null,
            'BG/NBD orders x Gamma-Gamma value, revenue of 12 months, 1 % a month'
        )
    ) as scored (score, value, label, method)
    where scored.value is not null

),

together as (

    select * from from_rfm
    union all
    select * from from_features
    union all
    select * from from_forecasts

),

purposes as (

    select
        score_purposes.score,
        score_purposes.purpose,
        consent_purposes.needs_consent
    from {{ ref('score_purposes') }} as score_purposes
    inner join {{ ref('consent_purposes') }} as consent_purposes
        on score_purposes.purpose = consent_purposes.purpose

),

permissions as (

    select customer_id, purpose
    from {{ ref('permissions') }}
    where contact_channel = 'any'

),

final as (

    select
        together.customer_id || ':' || together.score as customer_score_id,
        together.customer_id,
        together.score,
        together.value,
        null::numeric as lower,
        null::numeric as upper,
        together.label,
        together.method,
        purposes.purpose,
        clock.as_of_at as computed_at
    from together
    cross join clock
    left join purposes on together.score = purposes.score
    left join permissions
        on together.customer_id = permissions.customer_id
        and purposes.purpose = permissions.purpose
    where not coalesce(purposes.needs_consent, false)
        or permissions.customer_id is not null

)

select * from final
