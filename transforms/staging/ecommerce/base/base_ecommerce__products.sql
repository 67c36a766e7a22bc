with delivered as (

    select * from {{ source('ecommerce', 'products') }}

),

parsed as materialized (

    select
        nullif(btrim(product_id), '') as product_id,
        nullif(btrim(sku), '') as sku,
        {{ clean_value('name') }} as product_name,
        nullif(btrim(category_id), '') as category_id,
        {{ clean_value('brand') }} as brand,
        {{ finite('price') }} as price,
        {{ finite('cost') }} as cost,
        {{ day('launched_on') }} as launched_on,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when product_id is null then 'no product_id'
            when sku is null then 'no sku'
            when product_name is null then 'no name'
            when price < 0 then 'negative price'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

{#- A receipt's line finds its product by this code: of two products with one code the first keeps it. -#}
owned as (

    select
        judged.*,
        first_value(product_id) over (
            partition by sku, fault is null
            order by loaded_at, product_id
        ) as sku_owner
    from judged

),

settled as (

    select
        owned.*,
        case
            when fault is not null then fault
            when sku_owner <> product_id then 'sku of another product'
        end as settled_fault
    from owned

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id, settled_fault is null
            order by loaded_at
        ) as delivery_rank
    from settled

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
        loaded_at,
        case
            when settled_fault is not null then settled_fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when settled_fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
