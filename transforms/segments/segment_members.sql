{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='segment_member_id',
    full_refresh=false,
    indexes=[
        {'columns': ['segment_id', 'customer_id']},
        {'columns': ['customer_id']}
    ]
) }}

{#- Who is in each segment, since when and until when: a stay that ended keeps its row. Erased or merged customers
    leave. -#}
with current_members as (

    {%- for segment in segment_list() %}
    select '{{ segment.id }}' as segment_id, customer_id, reason
    from {{ ref('segment_' ~ segment.id) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

clock as (

    select * from {{ ref('clock') }}

),

{% if is_incremental() %}

open_stays as (

    select * from {{ this }}
    where left_at is null

),

ended as (

    select
        open_stays.segment_member_id,
        open_stays.segment_id,
        open_stays.customer_id,
        open_stays.reason,
        open_stays.entered_at,
        clock.as_of_at as left_at
    from open_stays
    cross join clock
    left join current_members
        on open_stays.segment_id = current_members.segment_id
        and open_stays.customer_id = current_members.customer_id
    where current_members.customer_id is null

),

{% else %}

open_stays as (

    select null::text as segment_id, null::bigint as customer_id
    where false

),

ended as (

    select
        null::text as segment_member_id,
        null::text as segment_id,
        null::bigint as customer_id,
        null::text as reason,
        null::timestamptz as entered_at,
        null::timestamptz as left_at
    where false

),

{% endif %}

entered as (

    select
        current_members.segment_id || ':' || current_members.customer_id || '@'
            || extract(epoch from clock.as_of_at)::bigint as segment_member_id,
        current_members.segment_id,
        current_members.customer_id,
        current_members.reason,
        clock.as_of_at as entered_at,
        null::timestamptz as left_at
    from current_members
    cross join clock
    left join open_stays
        on current_members.segment_id = open_stays.segment_id
        and current_members.customer_id = open_stays.customer_id
    where open_stays.customer_id is null

),

final as (

    select * from entered
    union all
    select * from ended

)

select * from final
