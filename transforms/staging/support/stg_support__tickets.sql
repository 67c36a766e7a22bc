{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='ticket_id',
    indexes=[{'columns': ['ticket_id']}, {'columns': ['batch']}]
) }}

{#- The newest version of each. A base model writes all deliveries of a key at once, so that a batch holds all of its versions. -#}
with delivered as (

    select * from {{ ref('base_support__tickets') }}
    where rejected_because is null
        and {{ not_yet_seen('batch') }}

),

final as (

    select distinct on (ticket_id)
        ticket_id,
        channel,
        requester_name,
        name_key,
        email,
        phone,
        order_key,
        subject,
        description,
        category,
        area,
        priority,
        status,
        merged_into,
        agent,
        created_at,
        updated_at,
        loaded_at,
        batch
    from delivered
    order by ticket_id, updated_at desc, loaded_at desc

)

select * from final
