{{ grows_by_delivery() }}

with {{ delivered_since(source('experiments', 'assignments'), "coalesce(btrim(experiment_id) || ':' || btrim(unit_type) || ':' || btrim(unit_id), '')") }},

parsed as materialized (

    select
        btrim(experiment_id) || ':' || btrim(unit_type) || ':' || btrim(unit_id) as assignment_key,
        nullif(btrim(experiment_id), '') as experiment_id,
        nullif(lower(btrim(unit_type)), '') as unit_type,
        nullif(btrim(unit_id), '') as unit_id,
        nullif(lower(btrim(arm)), '') as arm,
        {{ moment('assigned_at') }} as assigned_at,
        coalesce(btrim(experiment_id) || ':' || btrim(unit_type) || ':' || btrim(unit_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when assignment_key is null then 'no key'
            when arm is null then 'no arm'
            when assigned_at is null then 'no assigned_at'
            when assigned_at < timestamptz '2000-01-01' then 'assigned_at before 2000'
            when assigned_at > loaded_at + interval '1 day' then 'assigned_at in the future'
            when experiment_id is null then 'no experiment_id'
            when unit_type is null then 'no unit_type'
            when unit_id is null then 'no unit_id'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by assignment_key, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        assignment_key,
        experiment_id,
        unit_type,
        unit_id,
        arm,
        assigned_at,
        delivery_key,
        {{ next_batch(newest_arrival(source('experiments', 'assignments'))) }} as batch,
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
