{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_loyalty__referrals') }}
    where rejected_because is null

),

final as (

    select
        referral_id,
        referrer_member_no,
        referee_phone,
        referee_member_no,
        created_at,
        converted_at,
        loaded_at,
        batch
    from delivered

)

select * from final
