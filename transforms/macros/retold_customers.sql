{#- In `customers`, of an increment: CTEs `touched`, `held` as they are in the table, `retold` who are worked out anew as a whole,
    `untold` of whom the rest is taken over, and `counted_before`, the row that keeps the counts of levels: it is always among
    the touched, so that none keeps old counts. -#}
{% macro retold_customers(changes) -%}
counted_before as materialized (

    select customer_id, level_counts
    from {{ this }}
    where batch = {{ last_batch(this) }}
        and level_counts is not null

),

named as (

    select customer_id, told_batch > {{ last_read('seen_batch') }} as is_told
    from {{ changes }}
    where {{ above(last_read('seen_batch')) }}
    union all
    select customer_id, false from counted_before
    union all
    select held.customer_id, false
    from {{ this }} as held
    cross join clock
    where extract(year from (select clock.as_of_on from clock)) <> extract(
            year from to_timestamp({{ last_read('clock_batch') }}) at time zone '{{ var("timezone") }}'
        )
        and held.age_band is distinct from {{ age_band('held.birth_year', 'clock.as_of_on') }}

),

touched as (

    select customer_id, coalesce(bool_or(is_told), false) as is_told
    from named
    group by customer_id

),

held as (

    {{ rows_of(this, 'customer_id', 'touched') }}

),

retold as (

    select touched.customer_id
    from touched
    left join held on touched.customer_id = held.customer_id
    where touched.is_told or held.customer_id is null

),

untold as materialized (

    select * from held
    where customer_id not in (select retold.customer_id from retold)

)
{%- endmacro %}
