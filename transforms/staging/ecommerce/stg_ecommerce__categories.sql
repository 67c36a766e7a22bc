{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_ecommerce__categories') }}
    where rejected_because is null

),

final as (

    select
        category_id,
        category_name,
        parent_id,
        loaded_at
    from delivered

)

select * from final
