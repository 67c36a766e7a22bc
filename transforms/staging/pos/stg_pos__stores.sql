{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_pos__stores') }}
    where rejected_because is null

),

final as (

    select
        store_id,
        store_name,
        address,
        province_text,
        province_name,
        latitude,
        longitude,
        opened_on,
        loaded_at
    from delivered

)

select * from final
