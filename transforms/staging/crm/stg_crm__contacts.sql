{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='contact_id',
    indexes=[{'columns': ['contact_id']}, {'columns': ['account_id']}, {'columns': ['batch']}]
) }}

{#- The newest version of each. A base model writes all deliveries of a key at once, so that a batch holds all of its versions. -#}
with delivered as (

    select * from {{ ref('base_crm__contacts') }}
    where rejected_because is null
        and {{ not_yet_seen('batch') }}

),

final as (

    select distinct on (contact_id)
        contact_id,
        full_name,
        name_key,
        sex,
        birth_date,
        birth_year,
        phone,
        phone_text,
        email,
        email_text,
        address,
        province_text,
        province_name,
        occupation,
        account_id,
        owner,
        lead_source,
        created_at,
        updated_at,
        is_deleted,
        loaded_at,
        batch
    from delivered
    order by contact_id, updated_at desc, loaded_at desc

)

select * from final
