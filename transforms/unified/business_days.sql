{{ config(indexes=[{'columns': ['opens_at']}]) }}

{#- The days on which somebody answers: Monday to Saturday without Tết; hours in vars. -#}
with clock as (

    select * from {{ ref('clock') }}

),

tet_holidays as (

    select * from {{ ref('tet_holidays') }}

),

days as (

    select day::date as day_on
    from clock
    cross join generate_series(
        clock.as_of_on - interval '1200 days',
        clock.as_of_on + interval '1 day',
        interval '1 day'
    ) as days (day)

),

final as (

    select
        days.day_on,
        (days.day_on + time '{{ var("opens_at", "08:00") }}') at time zone '{{ var("timezone") }}' as opens_at,
        (days.day_on + time '{{ var("closes_at", "18:00") }}') at time zone '{{ var("timezone") }}' as closes_at
    from days
    where extract(isodow from days.day_on) < 7
        and not exists (
            select 1
            from tet_holidays
            where days.day_on between tet_holidays.holiday_from and tet_holidays.holiday_to
        )

)

select * from final
