{#- Cohort: the local month of the first purchase. A period that is not over is null, not 0. -#}
with purchase_days as (

    select * from {{ ref('purchase_days') }}

),

clock as (

    select * from {{ ref('clock') }}

),

firsts as (

    select customer_id, date_trunc('month', min(purchased_on))::date as cohort_on
    from purchase_days
    group by customer_id

),

sizes as (

    select cohort_on, count(*) as cohort_size
    from firsts
    group by cohort_on

),

active as (

    select
        firsts.cohort_on,
        (
            12 * (extract(year from purchase_days.purchased_on) - extract(year from firsts.cohort_on))
            + extract(month from purchase_days.purchased_on) - extract(month from firsts.cohort_on)
        )::integer as period,
        count(distinct purchase_days.customer_id) as active_count
    from firsts
    inner join purchase_days on firsts.customer_id = purchase_days.customer_id
    group by 1, 2

),

periods as (

    select
        sizes.cohort_on,
        sizes.cohort_size,
        period,
        (sizes.cohort_on + make_interval(months => period + 1))::date <= clock.as_of_on + 1 or period = 0
            as is_complete
    from sizes
    cross join clock
    cross join generate_series(0, 36) as periods (period)
    where sizes.cohort_on + make_interval(months => period) <= clock.as_of_on

),

final as (

    select
        periods.cohort_on || '+' || periods.period as retention_cohort_id,
        periods.cohort_on,
        periods.period,
        periods.cohort_size::integer as cohort_size,
        case when periods.is_complete then coalesce(active.active_count, 0) end::integer as active_count,
        case
            when periods.is_complete
                then round(100.0 * coalesce(active.active_count, 0) / periods.cohort_size, 4)
        end as retention,
        case
            when periods.is_complete
                then 100 * {{ wilson_lower('coalesce(active.active_count, 0)', 'periods.cohort_size') }}
        end::numeric(8, 4) as retention_lower,
        case
            when periods.is_complete
                then 100 * {{ wilson_upper('coalesce(active.active_count, 0)', 'periods.cohort_size') }}
        end::numeric(8, 4) as retention_upper
    from periods
    left join active
        on periods.cohort_on = active.cohort_on
        and periods.period = active.period

)

select * from final
