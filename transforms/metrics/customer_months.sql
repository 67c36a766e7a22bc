{{ config(indexes=[{'columns': ['month_on']}, {'columns': ['customer_id', 'month_on']}]) }}

{#- Who was active when a month began, and who fell silent in it. Active: bought within their silence_days before.
    Churned: silence_days ran out within the month without a purchase. Customers younger than their window are left
    out, and so are months that are not over. Months are local. -#}
with purchase_days as (

    select * from {{ ref('purchase_days') }}

),

rhythms as (

    select * from {{ ref('customer_rhythms') }}

),

clock as (

    select * from {{ ref('clock') }}

),

{#- From each purchase on, the customer is active until the next one or until the silence is too long. -#}
spells as (

    select
        purchase_days.customer_id,
        purchase_days.purchased_on,
        purchase_days.next_purchased_on,
        purchase_days.purchased_on + rhythms.silence_days as silent_on,
        rhythms.first_purchased_on + rhythms.silence_days as old_enough_on
    from purchase_days
    inner join rhythms on purchase_days.customer_id = rhythms.customer_id

),

months as (

    select
        month::date as month_on,
        (month + interval '1 month')::date as next_month_on
    from clock
    cross join generate_series(
        (select date_trunc('month', min(purchased_on)) from purchase_days),
        date_trunc('month', clock.as_of_on) - interval '1 month',
        interval '1 month'
    ) as months (month)

),

final as (

    select
        spells.customer_id,
        months.month_on,
        spells.customer_id || '@' || months.month_on as customer_month_id,
        months.month_on::timestamp at time zone '{{ var("timezone") }}' as month_at,
        spells.silent_on < months.next_month_on
            and coalesce(spells.next_purchased_on > spells.silent_on, true) as is_churned
    from months
    inner join spells
        on spells.purchased_on < months.month_on
        and coalesce(spells.next_purchased_on >= months.month_on, true)
        and spells.silent_on >= months.month_on
        and spells.old_enough_on <= months.month_on

)

select * from final
