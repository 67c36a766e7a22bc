{{ grows_by_delivery(looked_up_by='response_id') }}

{#- An answer is judged by its survey's scale, which may come later, or another. -#}
{%- set judged_by_another_scale -%}
select known.delivery_key
from {{ this }} as known
left join {{ ref('stg_survey__surveys') }} as surveys on known.survey_id = surveys.survey_id
where known.scale_min is distinct from surveys.scale_min
    or known.scale_max is distinct from surveys.scale_max
{%- endset -%}

with {{ delivered_since(
    source('survey', 'responses'),
    "coalesce(btrim(invitation_id), '')",
    read_again=judged_by_another_scale
) }},

surveys as (

    select * from {{ ref('stg_survey__surveys') }}

),

parsed as materialized (

    select
        nullif(btrim(response_id), '') as response_id,
        nullif(btrim(invitation_id), '') as invitation_id,
        nullif(btrim(survey_id), '') as survey_id,
        {{ safe_integer('score') }} as score,
        {{ clean_value('comment') }} as comment,
        {{ moment('answered_at') }} as answered_at,
        coalesce(btrim(invitation_id), '') as delivery_key,
        {{ moment('_loaded_at') }} as loaded_at,
        delivered as raw_row
    from delivered

),

judged as (

    select
        parsed.*,
        surveys.scale_min,
        surveys.scale_max,
        case
            when parsed.response_id is null then 'no response_id'
            when parsed.invitation_id is null then 'no invitation'
            when parsed.survey_id is null then 'no survey'
            when parsed.score is null then 'score is no number'
            when surveys.survey_id is null then 'unknown survey'
            when parsed.score not between surveys.scale_min and surveys.scale_max then 'score outside the scale'
            when parsed.answered_at is null then 'no answered_at'
            when parsed.answered_at < timestamptz '2000-01-01' then 'answered_at before 2000'
            when parsed.answered_at > parsed.loaded_at + interval '1 day' then 'answered_at in the future'
            when parsed.loaded_at is null then 'no _loaded_at'
        end as fault
    from parsed
    left join surveys
        on parsed.survey_id = surveys.survey_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by invitation_id, answered_at, fault is null
            order by loaded_at
        ) as delivery_rank
    from judged

),

final as (

    select
        response_id,
        invitation_id,
        survey_id,
        score,
        comment,
        answered_at,
        scale_min,
        scale_max,
        delivery_key,
        {{ next_batch(newest_arrival(source('survey', 'responses'))) }} as batch,
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
