{{ grows_by_delivery(looked_up_by='review_id') }}

with {{ delivered_since(source('ecommerce', 'reviews'), "coalesce(btrim(review_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(review_id), '') as review_id,
        nullif(lower(btrim(channel)), '') as channel,
        lower(btrim(channel)) || ':' || btrim(order_id) as order_key,
        nullif(btrim(product_id), '') as product_id,
        nullif(btrim(customer_id), '') as account_id,
        nullif(btrim(buyer_id), '') as buyer_id,
        {{ counted('rating') }} as rating,
        {{ clean_value('text') }} as review_text,
        {{ moment('created_at') }} as created_at,
        coalesce(btrim(review_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when review_id is null then 'no review_id'
            when channel is null then 'no channel'
            when rating is null or rating not between 1 and 5 then 'rating outside 1 to 5'
            when created_at is null then 'no created_at'
            when created_at < timestamptz '2000-01-01' then 'created_at before 2000'
            when created_at > loaded_at + interval '1 day' then 'created_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by review_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        review_id,
        channel,
        order_key,
        product_id,
        account_id,
        buyer_id,
        rating,
        review_text,
        created_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('ecommerce', 'reviews'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
