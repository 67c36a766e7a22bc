{{ grows_by_delivery() }}

with {{ delivered_since(source('social', 'engagements'), "coalesce(btrim(engagement_id), '')") }},

parsed as materialized (

    select
        nullif(btrim(engagement_id), '') as engagement_id,
        nullif(lower(btrim(platform)), '') as platform,
        nullif(btrim(post_id), '') as post_id,
        nullif(btrim(profile_id), '') as profile_id,
        nullif(lower(btrim(kind)), '') as kind,
        {{ moment('occurred_at') }} as occurred_at,
        coalesce(btrim(engagement_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when engagement_id is null then 'no engagement_id'
            when platform is null then 'no platform'
            when kind is null or kind not in ('like', 'share', 'comment', 'click') then 'unknown kind'
            when occurred_at is null then 'no occurred_at'
            when occurred_at < timestamptz '2000-01-01' then 'occurred_at before 2000'
            when occurred_at > loaded_at + interval '1 day' then 'occurred_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by engagement_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        engagement_id,
        platform,
        post_id,
        profile_id,
        kind,
        occurred_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('social', 'engagements'))) }} as batch,
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
