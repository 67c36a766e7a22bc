{#- How far each day lies from what its weekday makes one expect, from a relation of (metric, day, value, is_left_out) with a
    row for every day. Expected is the median of the same weekday in the eight weeks before; the scale is 1.4826 times the
    median absolute residual of the 56 days before, and at least the square root of their mean level (a count scatters by
    that, Poisson) or 1: a series that never moves has no scale of its own. Days left out (Tết) are neither judged nor
    expected from. Without eight weeks of the weekday and 56 residuals a day is not judged. Medians, so that an earlier
    outlier neither hides a new one nor makes one. Only days from `first_day` on are judged. (Materialized: else what is
    expected would be computed anew for each of the 56 days that look back at it.) -#}
{% macro robust_z(daily, first_day) -%}
    with weeks as (

        select
            metric,
            day,
            value::double precision as value,
            array_agg(value::double precision) over (
                partition by metric, extract(isodow from day)
                order by day
                rows between 8 preceding and 1 preceding
            ) as same_weekday
        from {{ daily }}
        where not is_left_out

    ),

    expectations as materialized (

        select
            metric,
            day,
            value,
            case when cardinality(same_weekday) = 8 then (
                select percentile_cont(0.5) within group (order by one.value)
                from unnest(same_weekday) as one (value)
            ) end as expected
        from weeks

    ),

    histories as (

        select
            *,
            array_agg(abs(value - expected)) over before_it as residuals,
            avg(abs(expected)) over before_it as level,
            count(expected) over before_it as residual_count
        from expectations
        window before_it as (partition by metric order by day rows between 56 preceding and 1 preceding)

    ),

    scaled as materialized (

        select
            *,
            greatest(
                1.4826 * (
                    select percentile_cont(0.5) within group (order by one.residual)
                    from unnest(residuals) as one (residual)
                ),
                sqrt(level),
                1
            ) as scale
        from histories
        where expected is not null
            and residual_count = 56
            and day >= {{ first_day }}

    )

    select
        metric,
        day,
        value,
        expected,
        value - expected as residual,
        scale,
        (value - expected) / scale as z
    from scaled
{%- endmacro %}
