{{ grows_by_delivery(looked_up_by='claim_id') }}

with {{ delivered_since(source('warranty', 'claims'), "coalesce(btrim(claim_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(claim_id), '') as claim_id,
        {{ clean_value('customer_name') }} as customer_name,
        {{ search_key('customer_name') }} as name_key,
        {{ phone_e164('phone') }} as phone,
        nullif(btrim(sku), '') as sku,
        {{ one_of('bought_from', ['ecommerce', 'pos']) }} as bought_from,
        nullif(btrim(bought_in), '') as bought_in,
        {{ clean_value('issue') }} as issue,
        {{ one_of('outcome', ['repaired', 'replaced', 'refunded', 'refused']) }} as outcome,
        {{ moment('opened_at') }} as opened_at,
        {{ moment('closed_at') }} as closed_at,
        coalesce(btrim(claim_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when claim_id is null then 'no claim_id'
            when opened_at is null then 'no opened_at'
            when opened_at < timestamptz '2000-01-01' then 'opened_at before 2000'
            when opened_at > loaded_at + interval '1 day' then 'opened_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by claim_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        claim_id,
        customer_name,
        name_key,
        phone,
        sku,
        bought_from,
        bought_in,
        issue,
        outcome,
        opened_at,
        closed_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('warranty', 'claims'))) }} as batch,
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
