{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='member_no',
    indexes=[{'columns': ['member_no']}, {'columns': ['batch']}]
) }}

{#- The newest version of each. A base model writes all deliveries of a key at once, so that a batch holds all of its versions. -#}
with delivered as (

    select * from {{ ref('base_loyalty__members') }}
    where rejected_because is null
        and {{ not_yet_seen('batch') }}

),

final as (

    select distinct on (member_no)
        member_no,
        full_name,
        name_key,
        phone,
        phone_text,
        email,
        sex,
        birth_date,
        birth_year,
        tier,
        points,
        store_id,
        joined_at,
        updated_at,
        loaded_at,
        batch
    from delivered
    order by member_no, updated_at desc, loaded_at desc

)

select * from final
