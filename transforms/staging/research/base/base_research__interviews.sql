{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='delivery_key',
    indexes=[
        {'columns': ['delivery_key']},
        {'columns': ['interview_note_key']},
        {'columns': ['contact_id']},
        {'columns': ['loaded_at']},
        {'columns': ['rejected_because']},
        {'columns': ['batch']}
    ]
) }}

{%- set key = "coalesce(btrim(interview_id) || ':' || md5(coalesce(question, '')), '')" %}

with {{ delivered_since(source('research', 'interviews'), key) }},

parsed as materialized (

    select
        btrim(interview_id) || ':' || md5(coalesce(question, '')) as interview_note_key,
        nullif(btrim(interview_id), '') as interview_id,
        nullif(btrim(contact_id), '') as contact_id,
        {{ clean_value('interviewer') }} as interviewer,
        {{ day('held_on') }} as held_on,
        {{ clean_value('question') }} as question,
        {{ clean_value('note') }} as note,
        nullif(btrim(codes), '') as codes,
        {{ key }} as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        case
            when interview_id is null then 'no interview_id'
            when note is null then 'no note'
            when held_on is null then 'no held_on'
            when interview_note_key is null then 'no interview_note_key'
            when loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed

),

ranked as (

    select
        *,
        row_number() over (
            partition by interview_note_key, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        interview_note_key,
        interview_id,
        contact_id,
        interviewer,
        held_on,
        question,
        note,
        codes,
        delivery_key,
        {{ next_batch(newest_arrival(source('research', 'interviews'))) }} as batch,
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
