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
with customers as (

    select customer_id from {{ ref('customers') }}

),

claimed as (

    {{- claimed_by_files() }}
    union all
    select
        members.segment_id,
        members.customer_id,
        members.reason,
        definitions.purpose,
        definitions.contact_channel
    from {{ ref('segment_rule_members') }} as members
    inner join {{ ref('segment_definitions') }} as definitions on members.segment_id = definitions.segment_id
    {#- a rule that cannot be followed now loses nobody: who was in stays, as long as there is such a customer #}
    {%- if is_incremental() %}
    union all
    select
        stays.segment_id,
        stays.customer_id,
        stays.reason,
        definitions.purpose,
        definitions.contact_channel
    from {{ this }} as stays
    inner join {{ ref('segment_definitions') }} as definitions on stays.segment_id = definitions.segment_id
    inner join customers on stays.customer_id = customers.customer_id
    where stays.left_at is null
        and definitions.fault is not null
    {%- endif %}

),

current_members as (

    {{ with_consent('claimed') }}

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
