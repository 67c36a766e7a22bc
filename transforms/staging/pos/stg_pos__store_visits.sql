{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_pos__store_visits') }}
    where rejected_because is null

),

final as (

    select
        visit_id,
        store_id,
        staff,
        member_no,
        phone,
        purpose,
        is_purchase,
        visited_at,
        loaded_at,
        batch
    from delivered

)

select * from final
