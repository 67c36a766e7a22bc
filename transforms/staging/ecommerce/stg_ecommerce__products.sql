{{ config(materialized='view') }}

with delivered as (

    select * from {{ ref('base_ecommerce__products') }}
    where rejected_because is null

),

final as (

    select
        product_id,
        sku,
        product_name,
        category_id,
        brand,
        price,
        cost,
        launched_on,
        loaded_at
    from delivered

)

select * from final
