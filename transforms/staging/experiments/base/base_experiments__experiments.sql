with delivered as (

    select * from {{ source('experiments', 'experiments') }}

),

parsed as materialized (

    select
        nullif(btrim(experiment_id), '') as experiment_id,
        {{ clean_value('name') }} as experiment_name,
        {{ clean_value('hypothesis') }} as hypothesis,
        nullif(lower(btrim(metric)), '') as metric,
        {{ day('started_on') }} as started_on,
        {{ day('ended_on') }} as ended_on,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when experiment_id is null then 'no experiment_id'
            when experiment_name is null then 'no name'
            when started_on is null then 'no started_on'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by experiment_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        experiment_id,
        experiment_name,
        hypothesis,
        metric,
        started_on,
        ended_on,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
