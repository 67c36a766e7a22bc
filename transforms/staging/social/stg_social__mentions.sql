{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_social__mentions') }}
    where rejected_because is null

),

final as (

    select
        mention_id,
        platform,
        kind,
        profile_id,
        profile_name,
        phone,
        mention_text,
        occurred_at,
        loaded_at,
        batch
    from delivered

)

select * from final
