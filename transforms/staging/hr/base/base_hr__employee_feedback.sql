with delivered as (

    select * from {{ source('hr', 'employee_feedback') }}

),

parsed as materialized (

    select
        nullif(btrim(feedback_id), '') as feedback_id,
        nullif(btrim(employee_id), '') as employee_id,
        {{ one_of('department', ['sales', 'support', 'warehouse', 'office']) }} as department,
        nullif(btrim(store_id), '') as store_id,
        {{ safe_integer('score') }} as score,
        {{ clean_value('comment') }} as comment,
        {{ moment('submitted_at') }} as submitted_at,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when feedback_id is null then 'no feedback_id'
            when employee_id is null then 'no employee'
            when score is null or score not between 0 and 10 then 'score outside 0 to 10'
            when submitted_at is null then 'no submitted_at'
            when submitted_at < timestamptz '2000-01-01' then 'submitted_at before 2000'
            when submitted_at > loaded_at + interval '1 day' then 'submitted_at in the future'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by feedback_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        feedback_id,
        employee_id,
        department,
        store_id,
        score,
        comment,
        submitted_at,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
