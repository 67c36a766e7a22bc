{{ config(indexes=[{'columns': ['store_id'], 'unique': True}]) }}

with stores as (

    select * from {{ ref('stg_pos__stores') }}

),

final as (

    select
        store_id,
        store_name,
        address,
        coalesce(province_name, province_text) as province,
        latitude,
        longitude,
        opened_on
    from stores

)

select * from final
