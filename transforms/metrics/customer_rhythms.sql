{{ config(indexes=[{'columns': ['customer_id'], 'unique': True}]) }}

{#- How long a customer may be silent before silence means something: 90 days, or their own 90th percentile gap when
    that is longer (with two gaps or more). -#}
with purchase_days as (

    select * from {{ ref('purchase_days') }}

),

final as (

    select
        customer_id,
        count(*)::integer as purchase_day_count,
        min(purchased_on) as first_purchased_on,
        max(purchased_on) as last_purchased_on,
        avg(gap_days)::numeric(10, 2) as mean_gap_days,
        (percentile_cont(0.9) within group (order by gap_days))::numeric(10, 2) as p90_gap_days,
        ceil(greatest(
            {{ var('churn_days', 90) }},
            case when count(gap_days) >= 2 then percentile_cont(0.9) within group (order by gap_days) else 0 end
        ))::integer as silence_days
    from purchase_days
    group by customer_id

)

select * from final
