{#- How many were in each segment at the end of each day since its first entry, and who came and went on it. -#}
with members as (

    select
        segment_id,
        (entered_at at time zone '{{ var("timezone") }}')::date as entered_on,
        (left_at at time zone '{{ var("timezone") }}')::date as left_on
    from {{ ref('segment_members') }}

),

clock as (

    select * from {{ ref('clock') }}

),

changes as (

    select segment_id, entered_on as day_on, 1 as entered, 0 as departed
    from members
    union all
    select segment_id, left_on, 0, 1
    from members
    where left_on is not null

),

first_days as (

    select segment_id, min(entered_on) as first_on
    from members
    group by segment_id

),

days as (

    select
        first_days.segment_id,
        days.day_at::date as day_on
    from first_days
    cross join clock
    cross join lateral generate_series(
        first_days.first_on::timestamp, clock.as_of_on::timestamp, interval '1 day'
    ) as days (day_at)

),

counted as (

    select
        days.segment_id,
        days.day_on,
        coalesce(sum(changes.entered), 0) as entered,
        coalesce(sum(changes.departed), 0) as departed
    from days
    left join changes
        on days.segment_id = changes.segment_id
        and days.day_on = changes.day_on
    group by days.segment_id, days.day_on

),

final as (

    select
        segment_id || '@' || day_on as segment_size_id,
        segment_id,
        day_on,
        (sum(entered - departed) over (partition by segment_id order by day_on))::integer as member_count,
        entered::integer as entered_count,
        departed::integer as left_count
    from counted

)

select * from final
