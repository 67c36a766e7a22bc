{#- Which channels brought the purchases: each purchase of a journey gives one credit, and its revenue, to the
    touchpoints before it, shared out by five rules. Every rule gives away exactly what there is. -#}
with purchases as (

    select
        touchpoints.journey_id,
        orders.order_id,
        orders.ordered_at,
        orders.revenue
    from {{ ref('orders') }} as orders
    inner join (
        select order_id, min(journey_id) as journey_id
        from {{ ref('journey_touchpoints') }}
        where order_id is not null
        group by order_id
    ) as touchpoints on orders.order_id = touchpoints.order_id
    where orders.is_purchase

),

{#- The order's own touchpoint is where it was placed; it has the credit where nothing came before. -#}
before_them as (

    select
        purchases.order_id,
        purchases.revenue,
        touchpoints.channel,
        row_number() over (
            partition by purchases.order_id order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as position,
        count(*) over (partition by purchases.order_id) as position_count,
        extract(epoch from (purchases.ordered_at - touchpoints.occurred_at)) / 86400.0 as days_before
    from purchases
    inner join {{ ref('journey_touchpoints') }} as touchpoints
        on purchases.journey_id = touchpoints.journey_id
        and (
            touchpoints.occurred_at < purchases.ordered_at
            or touchpoints.order_id = purchases.order_id
        )

),

weighed as (

    select
        before_them.order_id,
        before_them.revenue,
        before_them.channel,
        rules.rule,
        rules.weight
    from before_them
    cross join lateral (
        values
            ('first_touch', (before_them.position = 1)::integer::numeric),
            ('last_touch', (before_them.position = before_them.position_count)::integer::numeric),
            ('linear', 1.0),
            ('position_based', case
                when before_them.position_count <= 2 then 1.0
                when before_them.position in (1, before_them.position_count) then 0.4
                else 0.2 / (before_them.position_count - 2)
            end),
            ('time_decay', power(2.0, - least(greatest(before_them.days_before, 0), 365) / 7.0)::numeric)
    ) as rules (rule, weight)

),

credits as (

    select
        *,
        weight / sum(weight) over (partition by order_id, rule) as credit
    from weighed

),

final as (

    select
        rule || ':' || channel as attribution_id,
        rule,
        channel,
        round(sum(credit), 6) as purchases,
        round(sum(credit * revenue), 2) as revenue,
        100.0 * sum(credit) / sum(sum(credit)) over (partition by rule) as share
    from credits
    group by rule, channel

)

select * from final
