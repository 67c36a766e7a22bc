with delivered as (

    select * from {{ source('marketing', 'campaigns') }}

),

parsed as materialized (

    select
        nullif(btrim(campaign_id), '') as campaign_id,
        {{ clean_value('name') }} as campaign_name,
        nullif(lower(btrim(channel)), '') as channel,
        {{ day('started_on') }} as started_on,
        {{ day('ended_on') }} as ended_on,
        {{ finite('cost') }} as cost,
        upper(btrim(currency)) as currency,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when campaign_id is null then 'no campaign_id'
            when campaign_name is null then 'no name'
            when channel is null then 'no channel'
            when cost < 0 then 'negative cost'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by campaign_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        campaign_id,
        campaign_name,
        channel,
        started_on,
        ended_on,
        cost,
        currency,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
