{#- For service, to answer them: a low score or two complaints in the last 90 days. -#}
with feedback as (

    select * from {{ ref('feedback') }}
    where customer_id is not null

),

clock as (

    select * from {{ ref('clock') }}

),

final as (

    select
        feedback.customer_id,
        count(*) filter (where feedback.is_low_score) || ' low scores, '
            || count(*) filter (where feedback.type = 'complaint') || ' complaints in 90 days' as reason
    from feedback
    cross join clock
    where feedback.given_at > clock.as_of_at - interval '90 days'
    group by feedback.customer_id
    having count(*) filter (where feedback.is_low_score) >= 1
        or count(*) filter (where feedback.type = 'complaint') >= 2

)

select * from final
