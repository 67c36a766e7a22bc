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
    leave. Whoever a segment is about enters only if its purpose needs no consent or they gave it: here, for every
    segment, so that no file can forget it. -#}
with claimed as (

    {%- for segment in segment_list() %}
    select
        '{{ segment.id }}' as segment_id,
        customer_id,
        reason,
        '{{ segment.purpose }}' as purpose,
        '{{ segment.get("contact_channel", "any") }}' as contact_channel
    from {{ ref('segment_' ~ segment.id) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

purposes as (

    select purpose, needs_consent from {{ ref('consent_purposes') }}

),

permissions as (

    select customer_id, purpose, contact_channel from {{ ref('permissions') }}

),

current_members as (

    select
        claimed.segment_id,
        claimed.customer_id,
        claimed.reason
    from claimed
    inner join purposes on claimed.purpose = purposes.purpose
    left join permissions
        on claimed.customer_id = permissions.customer_id
        and claimed.purpose = permissions.purpose
        and claimed.contact_channel = permissions.contact_channel
    where not purposes.needs_consent
        or permissions.customer_id is not null

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
