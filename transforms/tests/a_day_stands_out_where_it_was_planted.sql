{#- The robust z of anomalies on a series made for it: 200 days with a weekly rhythm and a ripple, a peak, a gap, a Tết that is
    left out, and a peak before there are enough weeks to judge. Just the peak and the gap stand out. -#}
with daily as (

    select
        'planted' as metric,
        date '2025-01-06' + n as day,
        case
            when n in (30, 150) then 90
            when n = 170 then 0
            else 40 + 20 * (n % 7 >= 5)::integer + (n * 7) % 5
        end as value,
        n between 120 and 135 as is_left_out
    from generate_series(0, 199) as numbers (n)

),

judged as (

    {{ robust_z('daily', "date '2025-01-06'") }}

),

expected as (

    select date '2025-01-06' + n as day
    from (values (150), (170)) as planted (n)

)

select judged.day, judged.z
from judged
full join expected on judged.day = expected.day
where (abs(judged.z) >= 3.5) is distinct from (expected.day is not null)
