{#- BG/NBD and Gamma-Gamma fitted to the shop's own buyers, or to 5,000 of them (var forecast_fit_customers), always the same.
    Under 100 with a repeat purchase there is no model, and no forecast. Times are cut to whole weeks for the fit: far fewer
    of them differ, and the parameters hardly do. -#}
{%- set functions = var('functions_schema', 'functions') -%}
with histories as (

    select * from {{ ref('purchase_histories') }}

),

chosen as (

    select * from histories
    order by md5(customer_id::text)
    limit {{ var('forecast_fit_customers', 5000) }}

),

counts as (

    select
        count(*) as customer_count,
        count(*) filter (where repeat_count > 0) as repeat_customer_count,
        corr(repeat_count, mean_value) filter (where mean_value is not null) as frequency_value_correlation
    from chosen

),

alike as (

    select
        repeat_count,
        round(last_week) as last_week,
        round(week_count) as week_count,
        count(*)::double precision as weight
    from chosen
    group by 1, 2, 3

),

timing as (

    select
        {{ functions }}.fit_by_likelihood(
            'bg_nbd_log_likelihood',
            '{1, 10, 1, 1}',
            array_agg(repeat_count order by repeat_count, last_week, week_count),
            array_agg(last_week order by repeat_count, last_week, week_count),
            array_agg(week_count order by repeat_count, last_week, week_count),
            array_agg(weight order by repeat_count, last_week, week_count)
        ) as fitted
    from alike
    cross join counts
    where counts.repeat_customer_count >= 100

),

spending as (

    select
        {{ functions }}.fit_by_likelihood(
            'gamma_gamma_log_likelihood',
            array[1, 2, avg(chosen.mean_value)],
            array_agg(chosen.repeat_count order by chosen.customer_id),
            array_agg(chosen.mean_value order by chosen.customer_id),
            '{}',
            array_agg(1::double precision order by chosen.customer_id)
        ) as fitted
    from chosen
    cross join counts
    where chosen.mean_value is not null
        and chosen.repeat_count > 0
        and counts.repeat_customer_count >= 100

),

final as (

    select
        clock.as_of_on,
        counts.customer_count::integer as customer_count,
        counts.repeat_customer_count::integer as repeat_customer_count,
        timing.fitted as bg_nbd,
        spending.fitted as gamma_gamma,
        counts.frequency_value_correlation
    from counts
    cross join {{ ref('clock') }} as clock
    left join timing on true
    left join spending on true

)

select * from final
