{#- CTEs `counted`, how many rows a source holds, and `delivered`, the deliveries that a base model has to read: those that
    are not known here yet, and with them every other delivery of the same key, since one of them may be the repeat. `key`
    is an expression over the source that is never null. `read_again` is a query of keys to read again besides. `reference` is
    a digest of the seeds that are joined, which the model keeps in a column of that name: when it is another, all is read again.

    A source has no number that grows with it, so deliveries are counted per day of arrival, in the source and here: a day
    is looked at again whenever it counts otherwise. Of the last days each is counted, which indexes on `_loaded_at` and
    `loaded_at` make cheap; those before are counted in one, since `delivered_count` says how many there were, and day by
    day only where that one number differs. Without an index the source is scanned a few times, a column of it each time. -#}
{% macro delivered_since(source_relation, key, read_again=none, reference=none) -%}counted as materialized (

    select
        count(*) as deliveries
        {%- if reference %},
        hashtextextended({{ reference }}, 0) as reference
        {%- endif %}
    from {{ source_relation }}

),
{% if is_incremental() %}
{%- set arrived_at = moment('arrived._loaded_at') %}
looked as materialized (

    select
        (
            select {{ arrival_day('max(known.loaded_at)') }} - interval '1 day'
            from {{ this }} as known
            where known.loaded_at is not null
        ) as since,
        (select known.delivered_count from {{ this }} as known order by known.batch desc limit 1) as delivered_count

),

lately_there as materialized (

    select {{ arrival_day('arrived._loaded_at') }} as arrival_day, count(*) as deliveries
    from {{ source_relation }} as arrived
    where {{ between_moments('arrived._loaded_at', '(select looked.since from looked)') }}
    group by 1

),

lately_here as materialized (

    select {{ arrival_day('known.loaded_at') }} as arrival_day, count(*) as deliveries
    from {{ this }} as known
    where {{ between_moments('known.loaded_at', '(select looked.since from looked)') }}
    group by 1

),

{#- Everything else: earlier, or of no time that can be read. -#}
before as materialized (

    select
        (select deliveries from counted) - (select coalesce(sum(deliveries), 0) from lately_there)
            is distinct from
            (select delivered_count from looked) - (select coalesce(sum(deliveries), 0) from lately_here)
            as is_unlike

),

days as materialized (

    select arrival_day
    from lately_there
    full join lately_here using (arrival_day)
    where lately_there.deliveries is distinct from lately_here.deliveries
    union
    select unlike.arrival_day
    from (
        {{ days_unlike(
            '(select ' ~ arrived_at ~ ' as loaded_at from ' ~ source_relation ~ ' as arrived)', this
        ) }}
    ) as unlike
    where (select is_unlike from before)

),

arrived as materialized (

    select arrived.*
    from {{ source_relation }} as arrived
    where {{ on_days('arrived._loaded_at') }}
    union all
    select arrived.*
    from {{ source_relation }} as arrived
    where {{ arrived_at }} is null
        and (select {{ arrival_day('null::timestamptz') }} in (select days.arrival_day from days))

),

known as materialized (

    select known.delivery_key, known.loaded_at
    from {{ this }} as known
    where {{ on_days('known.loaded_at') }}
    union all
    select known.delivery_key, known.loaded_at
    from {{ this }} as known
    where known.loaded_at is null
        and (select {{ arrival_day('null::timestamptz') }} in (select days.arrival_day from days))

),

unlike as materialized (

    select delivery_key
    from (
        select {{ key }} as delivery_key, {{ arrived_at }} as loaded_at, 1 as delivery
        from arrived
        union all
        select delivery_key, loaded_at, -1
        from known
    ) as compared
    group by delivery_key, loaded_at
    having sum(delivery) <> 0
    {%- if read_again %}
    union
    {{ read_again | trim | indent(4) }}
    {%- endif %}
    {%- if reference %}
    union
    select known.delivery_key
    from {{ this }} as known
    where known.{{ all_if('(select counted.reference from counted) <> ' ~ last_read('reference')) }}
    {%- endif %}

),

{#- Other deliveries of those keys: known here, of days that count alike. -#}
earlier as materialized (

    select distinct known.delivery_key, known.loaded_at
    from {{ this }} as known
    where known.delivery_key = any(array(select unlike.delivery_key from unlike))
        and {{ arrival_day('known.loaded_at') }} not in (select days.arrival_day from days)

),

{#- Each time is looked up once, however many rows bear it. -#}
earlier_times as materialized (

    select distinct loaded_at from earlier

),

delivered as (

    select * from arrived
    where {{ key }} in (select unlike.delivery_key from unlike)
    union all
    select arrived.*
    from earlier_times
    inner join {{ source_relation }} as arrived on earlier_times.loaded_at = arrived._loaded_at
    where coalesce(({{ key }}, earlier_times.loaded_at) in (
        select earlier.delivery_key, earlier.loaded_at from earlier
    ), false)
    union all
    select arrived.*
    from {{ source_relation }} as arrived
    where {{ arrived_at }} is null
        and (select exists (select from earlier_times where loaded_at is null))
        and {{ key }} in (select earlier.delivery_key from earlier where earlier.loaded_at is null)

)
{%- else %}
delivered as (

    select * from {{ source_relation }}

)
{%- endif -%}
{%- endmacro %}

{#- From a moment on, of those that `moment` lets pass. That there is an end tells PostgreSQL that few are meant. -#}
{% macro between_moments(value, start) -%}
    {{ value }} >= {{ start }} and {{ value }} < timestamptz '2200-01-01'
{%- endmacro %}

{#- In `delivered_since`: a time that can be read lies on one of the days. -#}
{% macro on_days(value) -%}
    {{ value }} >= (select min(days.arrival_day) from days)
            and {{ value }} < (select max(days.arrival_day) + interval '1 day' from days)
            and {{ moment(value) }} is not null
            and {{ arrival_day(moment(value)) }} in (select days.arrival_day from days)
{%- endmacro %}

{#- Deliveries are compared day of arrival by day of arrival, so that it does not matter when a row came or how late: the
    days of which there are more or fewer rows there than here. Both have `loaded_at`. -#}
{% macro days_unlike(there, here) -%}
    select arrival_day
    from (
        select {{ arrival_day('loaded_at') }} as arrival_day, count(*) as deliveries
        from {{ there }} as arrived
        group by 1
    ) as there
    full join (
        select {{ arrival_day('loaded_at') }} as arrival_day, count(*) as deliveries
        from {{ here }} as known
        group by 1
    ) as here using (arrival_day)
    where there.deliveries is distinct from here.deliveries
{%- endmacro %}

{% macro arrival_day(moment) -%}
    date_bin(interval '1 day', coalesce({{ moment }}, timestamptz 'epoch'), timestamptz 'epoch')
{%- endmacro %}
