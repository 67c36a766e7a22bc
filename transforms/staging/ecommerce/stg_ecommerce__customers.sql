{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_id',
    indexes=[{'columns': ['customer_id']}, {'columns': ['batch']}]
) }}

{#- The newest version of each. A base model writes all deliveries of a key at once, so that a batch holds all of its versions. -#}
with delivered as (

    select * from {{ ref('base_ecommerce__customers') }}
    where rejected_because is null
        and {{ not_yet_seen('batch') }}

),

final as (

    select distinct on (customer_id)
        customer_id,
        email,
        email_text,
        is_email_verified,
        phone,
        phone_text,
        full_name,
        name_key,
        birth_date,
        birth_year,
        sex,
        address,
        province_text,
        province_name,
        anonymous_id,
        registered_at,
        updated_at,
        loaded_at,
        batch
    from delivered
    order by customer_id, updated_at desc, loaded_at desc

)

select * from final
