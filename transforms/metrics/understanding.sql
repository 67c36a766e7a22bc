{#- Of all customers, how many stand at each level; and of those below the next, what would lift them. -#}
with kept as materialized (

    select level_counts
    from {{ ref('customers') }}
    where batch = {{ last_batch(ref('customers')) }}
        and level_counts is not null

),

{#- Few combinations of gaps: each is taken apart once. A build in full keeps no counts. -#}
customers as (

    {{ counted_levels('kept') }}
    union all
    select understanding_level, understanding_gaps, count(*)
    from {{ ref('customers') }}
    where not exists (select from kept)
    group by understanding_level, understanding_gaps

),

levels as (

    select * from {{ ref('understanding_levels') }}

),

totals as (

    select sum(customer_count)::bigint as customer_count from customers

),

counted as (

    select understanding_level, sum(customer_count)::bigint as customer_count
    from customers
    group by understanding_level

),

gaps as (

    select
        customers.understanding_level,
        missing.gap,
        sum(customers.customer_count)::bigint as gap_count
    from customers
    cross join lateral jsonb_array_elements_text(customers.understanding_gaps) as missing (gap)
    group by customers.understanding_level, missing.gap

),

ranked_gaps as (

    select
        understanding_level,
        jsonb_object_agg(gap, gap_count) as gaps
    from gaps
    group by understanding_level

),

final as (

    select
        levels.level,
        levels.level_order,
        levels.name_en,
        levels.name_vi,
        levels.rule,
        coalesce(counted.customer_count, 0)::integer as customer_count,
        round(100.0 * coalesce(counted.customer_count, 0) / nullif(totals.customer_count, 0), 4) as share,
        (100 * {{ wilson_lower('coalesce(counted.customer_count, 0)', 'totals.customer_count') }})::numeric(8, 4)
            as share_lower,
        (100 * {{ wilson_upper('coalesce(counted.customer_count, 0)', 'totals.customer_count') }})::numeric(8, 4)
            as share_upper,
        coalesce(ranked_gaps.gaps, '{}'::jsonb) as gaps
    from levels
    cross join totals
    left join counted on levels.level = counted.understanding_level
    left join ranked_gaps on levels.level = ranked_gaps.understanding_level

)

select * from final
