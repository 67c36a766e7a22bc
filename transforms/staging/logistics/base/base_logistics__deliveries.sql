{{ grows_by_delivery(looked_up_by='order_key', keeps_reference=true) }}

with {{ delivered_since(
    source('logistics', 'deliveries'),
    "coalesce(btrim(delivery_id), '')",
    reference=digest_of(ref('province_aliases'), ['alias_key', 'province_name'])
) }},

province_aliases as (

    select * from {{ ref('province_aliases') }}

),

parsed as materialized (

    select
        nullif(btrim(delivery_id), '') as delivery_id,
        lower(btrim(channel)) || ':' || btrim(order_id) as order_key,
        {{ clean_value('carrier') }} as carrier,
        {{ clean_value('province') }} as province_text,
        {{ province_key('province') }} as province_key,
        {{ moment('shipped_at') }} as shipped_at,
        {{ day('promised_on') }} as promised_on,
        {{ moment('delivered_at') }} as delivered_at,
        {{ counted('attempts') }} as attempts,
        nullif(lower(btrim(status)), '') as status,
        {{ finite('collected') }} as collected,
        coalesce(btrim(delivery_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        province_aliases.province_name,
        case
            when parsed.delivery_id is null then 'no delivery_id'
            when parsed.order_key is null then 'no order'
            when parsed.status is null or parsed.status not in ('delivered', 'refused', 'lost', 'in_transit') then 'unknown status'
            when parsed.loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed
    left join province_aliases
        on parsed.province_key = province_aliases.alias_key

),

ranked as (

    select
        *,
        row_number() over (
            partition by delivery_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        delivery_id,
        order_key,
        carrier,
        province_text,
        province_name,
        shipped_at,
        promised_on,
        delivered_at,
        attempts,
        status,
        collected,
        delivery_key,
        {{ next_batch(newest_arrival(source('logistics', 'deliveries'))) }} as batch,
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
