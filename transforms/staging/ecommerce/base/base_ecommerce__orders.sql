{{ grows_by_delivery(keeps_reference=true) }}

with {{ delivered_since(
    source('ecommerce', 'orders'),
    "coalesce(lower(btrim(channel)) || ':' || btrim(order_id), '')",
    reference=digest_of(ref('province_aliases'), ['alias_key', 'province_name'])
        ~ ' || ' ~ digest_of(ref('exchange_rates'), ['currency', 'valid_from'])
) }},

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

{#- An amount in a currency without a rate would be worth nothing anybody knows. -#}
currencies as (

    select distinct currency
    from {{ ref('exchange_rates') }}
    where valid_from <= date '2000-01-01'

),

parsed as materialized (

    select
        lower(btrim(channel)) || ':' || btrim(order_id) as order_key,
        nullif(btrim(order_id), '') as order_id,
        {{ one_of('channel', ['own_site', 'shopee', 'lazada', 'tiktok_shop']) }} as channel,
        nullif(btrim(shop_id), '') as shop_id,
        nullif(btrim(customer_id), '') as account_id,
        nullif(btrim(buyer_id), '') as buyer_id,
        {{ clean_value('buyer_name') }} as buyer_name,
        case when buyer_name !~ '[*]' then {{ search_key('buyer_name') }} end as name_key,
        {{ phone_e164('buyer_phone') }} as phone,
        {{ email_key('buyer_email') }} as email,
        {{ clean_value('ship_address') }} as ship_address,
        {{ clean_value('ship_province') }} as province_text,
        {{ province_key('ship_province') }} as province_key,
        {{ one_of('payment_method', ['cod', 'card', 'ewallet', 'bank_transfer']) }} as payment_method,
        nullif(lower(btrim(status)), '') as status,
        nullif(btrim(cart_id), '') as cart_id,
        nullif(btrim(anonymous_id), '') as anonymous_id,
        nullif(btrim(coupon_code), '') as coupon_code,
        {{ finite('subtotal') }} as subtotal,
        coalesce({{ finite('discount') }}, 0) as discount,
        coalesce({{ finite('shipping_fee') }}, 0) as shipping_fee,
        {{ finite('tax') }} as tax,
        {{ finite('total') }} as total,
        upper(btrim(currency)) as currency,
        {{ moment('placed_at') }} as placed_at,
        {{ moment('paid_at') }} as paid_at,
        {{ moment('updated_at') }} as updated_at,
        coalesce(lower(btrim(channel)) || ':' || btrim(order_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.order_id is null then 'no order_id'
            when parsed.channel is null or parsed.channel not in ('own_site', 'shopee', 'lazada', 'tiktok_shop') then 'unknown channel'
            when parsed.status is null or parsed.status not in ('placed', 'shipped', 'completed', 'cancelled', 'cod_refused', 'returned') then 'unknown status'
            when parsed.total is null then 'no total'
            when parsed.total < 0 then 'negative total'
            when parsed.currency is null then 'no currency'
            when currencies.currency is null then 'unknown currency'
            when parsed.updated_at is null then 'no updated_at'
            when parsed.placed_at is null then 'no placed_at'
            when parsed.placed_at < timestamptz '2000-01-01' then 'placed_at before 2000'
            when parsed.placed_at > parsed.loaded_at + interval '1 day' then 'placed_at in the future'
            when parsed.order_key is null then 'no order_key'
            when parsed.loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed
    left join province_aliases
        on parsed.province_key = province_aliases.alias_key
    left join currencies on parsed.currency = currencies.currency

),

ranked as (

    select
        *,
        row_number() over (
            partition by order_key, updated_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        order_key,
        order_id,
        channel,
        shop_id,
        account_id,
        buyer_id,
        buyer_name,
        name_key,
        phone,
        email,
        ship_address,
        province_text,
        province_name,
        payment_method,
        status,
        cart_id,
        anonymous_id,
        coupon_code,
        subtotal,
        discount,
        shipping_fee,
        tax,
        total,
        currency,
        placed_at,
        paid_at,
        updated_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('ecommerce', 'orders'))) }} as batch,
        (select deliveries from counted) as delivered_count,
        (select reference from counted) as reference,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
