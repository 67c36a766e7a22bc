with delivered as (

    select * from {{ ref('base_survey__responses') }}
    where rejected_because is null

),

final as (

    select distinct on (invitation_id)
        response_id,
        invitation_id,
        survey_id,
        score,
        comment,
        answered_at,
        loaded_at
    from delivered
    order by invitation_id, answered_at desc, loaded_at desc

)

select * from final
