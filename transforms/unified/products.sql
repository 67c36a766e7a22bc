{{ config(indexes=[{'columns': ['product_id'], 'unique': True}, {'columns': ['sku']}]) }}

with products as (

    select * from {{ ref('stg_ecommerce__products') }}

),

categories as (

    select * from {{ ref('stg_ecommerce__categories') }}

),

final as (

    select
        products.product_id,
        products.sku,
        products.product_name,
        products.category_id,
        categories.category_name,
        parents.category_name as parent_category_name,
        products.brand,
        products.price,
        products.cost,
        products.launched_on
    from products
    left join categories on products.category_id = categories.category_id
    left join categories as parents on categories.parent_id = parents.category_id

)

select * from final
