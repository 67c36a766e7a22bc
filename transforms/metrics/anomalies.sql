{#- Early warning: days on which a figure lay far from what its weekday makes one expect (robust z, see the macro), in the
    last half year (var anomaly_days, 180). The days around Tết, four weeks before and two after, are nobody's ordinary
    days and are left out; the day that is not over is, too. -#}
{%- set counts = [
    {'metric': 'orders', 'relation': 'orders', 'at': 'ordered_at', 'value': 'count(*)', 'where': 'is_purchase', 'bad': 'low'},
    {'metric': 'revenue', 'relation': 'orders', 'at': 'ordered_at', 'value': 'sum(revenue)', 'where': 'is_purchase', 'bad': 'low'},
    {'metric': 'sessions', 'relation': 'sessions', 'at': 'started_at', 'value': 'count(*)', 'where': 'true', 'bad': 'low'},
    {'metric': 'abandoned_carts', 'relation': 'cart_outcomes', 'at': 'created_at', 'value': 'count(*)', 'where': 'is_abandoned', 'bad': 'high'},
    {'metric': 'tickets', 'relation': 'tickets', 'at': 'created_at', 'value': 'count(*)', 'where': 'is_counted', 'bad': 'high'},
    {'metric': 'complaints', 'relation': 'feedback', 'at': 'given_at', 'value': 'count(*)', 'where': "type = 'complaint'", 'bad': 'high'},
    {'metric': 'conversations', 'relation': 'conversations', 'at': 'started_at', 'value': 'count(*)', 'where': "direction = 'inbound'", 'bad': 'high'},
    {'metric': 'late_parcels', 'relation': 'orders', 'at': 'delivered_at', 'value': 'count(*)', 'where': 'is_late', 'bad': 'high'},
] -%}
with clock as (

    select * from {{ ref('clock') }}

),

counted as (

    {%- for item in counts %}
    select
        '{{ item.metric }}' as metric,
        ({{ item.at }} at time zone '{{ var("timezone") }}')::date as day,
        {{ item.value }} as value
    from {{ ref(item.relation) }}
    where {{ item.where }}
        and {{ item.at }} is not null
    group by 2
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

spans as (

    select metric, min(day) as first_day from counted
    group by metric

),

tet as (

    select distinct tet_on + near as day
    from {{ ref('tet_holidays') }}
    cross join generate_series(-28, 14) as around (near)

),

daily as (

    select
        spans.metric,
        days.day::date as day,
        coalesce(counted.value, 0) as value,
        tet.day is not null as is_left_out
    from spans
    cross join clock
    cross join lateral generate_series(
        spans.first_day::timestamp, (clock.as_of_on - 1)::timestamp, interval '1 day'
    ) as days (day)
    left join counted
        on spans.metric = counted.metric
        and days.day::date = counted.day
    left join tet on days.day::date = tet.day

),

judged as (

    {{ robust_z('daily', "(select as_of_on - " ~ var('anomaly_days', 180) ~ " from clock)") }}

),

final as (

    select
        metric || '@' || day as anomaly_id,
        metric,
        day as occurred_on,
        value,
        expected,
        scale,
        round(z::numeric, 2) as z,
        case when z > 0 then 'high' else 'low' end as direction,
        case metric
            {%- for item in counts %}
            when '{{ item.metric }}' then (z > 0) = ('{{ item.bad }}' = 'high')
            {%- endfor %}
        end as is_bad
    from judged
    where abs(z) >= {{ var('anomaly_z', 3.5) }}

)

select * from final
