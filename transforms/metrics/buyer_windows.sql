{{ config(indexes=[{'columns': ['month_on']}]) }}

{#- Who bought in the 365 days before a month's end, and who of them on two days or more. -#}
with purchase_days as (

    select * from {{ ref('purchase_days') }}

),

clock as (

    select * from {{ ref('clock') }}

),

months as (

    select
        month::date as month_on,
        (month + interval '1 month')::date as until_on
    from clock
    cross join generate_series(
        (select date_trunc('month', min(purchased_on)) from purchase_days),
        date_trunc('month', clock.as_of_on + 1) - interval '1 month',
        interval '1 month'
    ) as months (month)

),

final as (

    select
        purchase_days.customer_id || '@' || months.month_on as buyer_window_id,
        purchase_days.customer_id,
        months.month_on,
        months.month_on::timestamp at time zone '{{ var("timezone") }}' as month_at,
        count(*)::integer as purchase_day_count,
        count(*) >= 2 as is_repeat,
        sum(purchase_days.revenue) as revenue
    from months
    inner join purchase_days
        on purchase_days.purchased_on >= months.until_on - 365
        and purchase_days.purchased_on < months.until_on
    group by purchase_days.customer_id, months.month_on

)

select * from final
