{{ config(materialized='view') }}

{#- What may be done now, and nothing else may: segments, scores and whatever else declares a purpose join this. -#}
with consents as (

    select * from {{ ref('consents') }}

),

final as (

    select
        customer_id,
        purpose,
        contact_channel,
        valid_from as granted_at,
        consent_id
    from consents
    where valid_to is null
        and is_granted
        and customer_id is not null

)

select * from final
