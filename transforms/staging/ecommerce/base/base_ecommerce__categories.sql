with delivered as (

    select * from {{ source('ecommerce', 'categories') }}

),

parsed as materialized (

    select
        nullif(btrim(category_id), '') as category_id,
        {{ clean_value('name') }} as category_name,
        nullif(btrim(parent_id), '') as parent_id,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when category_id is null then 'no category_id'
            when category_name is null then 'no name'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by category_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        category_id,
        category_name,
        parent_id,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
