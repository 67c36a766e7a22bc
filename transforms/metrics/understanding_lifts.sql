{#- What the business would gain by knowing one thing more of each customer who lacks it: how many would rise, from which
    level to which. A contact detail may lift somebody who buys without a name by more than one level. -#}
with customers as (

    select
        customer_id,
        understanding_level,
        coalesce(full_name, email, phone) as contact,
        order_count,
        touchpoint_count,
        feedback_count
    from {{ ref('customers') }}

),

levels as (

    select level, level_order from {{ ref('understanding_levels') }}

),

totals as (

    select count(*) as customer_count from customers

),

supposed as (

    select
        customers.customer_id,
        customers.understanding_level as level,
        data.datum,
        {{ understanding_level(
            "case when data.datum = 'contact' then 'known' else customers.contact end", 'null', 'null',
            "case when data.datum = 'purchases' then greatest(customers.order_count, 1) else customers.order_count end",
            "case when data.datum = 'behaviour' then greatest(customers.touchpoint_count, 5)
                else customers.touchpoint_count end",
            "case when data.datum = 'feedback' then greatest(customers.feedback_count, 1)
                else customers.feedback_count end"
        ) }} as lifted_level
    from customers
    cross join (values ('contact'), ('purchases'), ('behaviour'), ('feedback')) as data (datum)

),

lifted as (

    select level, datum, lifted_level, count(*) as customer_count
    from supposed
    where lifted_level <> level
    group by level, datum, lifted_level

),

final as (

    select
        lifted.level || ':' || lifted.datum || ':' || lifted.lifted_level as understanding_lift_id,
        lifted.level,
        lifted.datum,
        lifted.lifted_level,
        higher.level_order - lower.level_order as level_count,
        lifted.customer_count::integer as customer_count,
        round(100.0 * lifted.customer_count / nullif(totals.customer_count, 0), 4) as share
    from lifted
    inner join levels as lower on lifted.level = lower.level
    inner join levels as higher on lifted.lifted_level = higher.level
    cross join totals

)

select * from final
