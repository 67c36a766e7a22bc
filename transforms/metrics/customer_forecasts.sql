{{ config(indexes=[{'columns': ['customer_id'], 'unique': True}]) }}

{#- Forecasts judge a person by what they did, so only who agreed to profiling has one. The value of twelve months is the expected
    purchases of each quarter at the expected value, discounted by 1 % a month to the middle of the quarter; it is revenue,
    since no source tells what goods cost. -#}
{%- set functions = var('functions_schema', 'functions') -%}
with histories as (

    select histories.*
    from {{ ref('purchase_histories') }} as histories
    inner join {{ ref('customer_features') }} as features on histories.customer_id = features.customer_id
    where features.has_profiling_consent

),

models as (

    select * from {{ ref('purchase_model') }}
    where bg_nbd is not null

),

counted as materialized (

    select
        histories.customer_id,
        histories.repeat_count,
        {{ functions }}.bg_nbd_alive(
            models.bg_nbd, histories.repeat_count, histories.last_week, histories.week_count
        ) as alive,
        {{ functions }}.gamma_gamma_expected(
            models.gamma_gamma, case when histories.mean_value is null then 0 else histories.repeat_count end,
            histories.mean_value
        ) as expected_value,
        {%- for days in [90, 91.3125, 182.625, 273.9375, 365.25] %}
        {{ functions }}.bg_nbd_expected(
            models.bg_nbd, histories.repeat_count, histories.last_week, histories.week_count, {{ days }} / 7.0
        ) as expected_{{ loop.index0 }}{{ ',' if not loop.last }}
        {%- endfor %}
    from histories
    cross join models

),

final as (

    select
        customer_id,
        case when repeat_count > 0 then round((1 - alive)::numeric, 6) end as churn_probability,
        round(expected_0::numeric, 6) as expected_orders_90d,
        round(expected_4::numeric, 6) as expected_orders_12m,
        round(expected_value::numeric, 2) as expected_order_value,
        round((expected_value * (
            expected_1 / 1.01 ^ 1.5
            + (expected_2 - expected_1) / 1.01 ^ 4.5
            + (expected_3 - expected_2) / 1.01 ^ 7.5
            + (expected_4 - expected_3) / 1.01 ^ 10.5
        ))::numeric, 2) as revenue_12m
    from counted

)

select * from final
