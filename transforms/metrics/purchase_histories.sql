{{ config(materialized='view') }}

{#- What BG/NBD and Gamma-Gamma read of a buyer: repeat purchase days, the weeks from the first to the last, the weeks since the
    first, and the mean revenue of a repeat purchase day. Days of one day's orders are one purchase. -#}
with purchase_days as (

    select * from {{ ref('purchase_days') }}

),

clock as (

    select * from {{ ref('clock') }}

),

final as (

    select
        purchase_days.customer_id,
        (count(*) - 1)::double precision as repeat_count,
        (max(purchase_days.purchased_on) - min(purchase_days.purchased_on)) / 7.0::double precision as last_week,
        (clock.as_of_on - min(purchase_days.purchased_on)) / 7.0::double precision as week_count,
        avg(purchase_days.revenue) filter (
            where purchase_days.purchase_day_number > 1 and purchase_days.revenue > 0
        )::double precision as mean_value
    from purchase_days
    cross join clock
    group by purchase_days.customer_id, clock.as_of_on

)

select * from final
