with delivered as (

    select * from {{ source('survey', 'surveys') }}

),

parsed as materialized (

    select
        nullif(btrim(survey_id), '') as survey_id,
        nullif(lower(btrim(kind)), '') as kind,
        {{ clean_value('question') }} as question,
        {{ counted('scale_min') }} as scale_min,
        {{ counted('scale_max') }} as scale_max,
        {{ clean_value('version') }} as version,
        nullif(lower(btrim(sent_after)), '') as sent_after,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when survey_id is null then 'no survey_id'
            when kind is null then 'no kind'
            when scale_min is null or scale_max is null then 'no scale'
            when kind not in ('nps', 'csat', 'ces', 'awareness') then 'unknown kind'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by survey_id, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        survey_id,
        kind,
        question,
        scale_min,
        scale_max,
        version,
        sent_after,
        loaded_at,
        case
            when fault is not null then fault
            when delivery_rank > 1 then 'delivered again'
        end as rejected_because,
        case when fault is not null then to_jsonb(raw_row) end as raw_row
    from ranked

)

select * from final
