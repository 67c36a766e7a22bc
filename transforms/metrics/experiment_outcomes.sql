{#- What each person did in the days after the assignment (var experiment_days, 30). Those whose days are not over stand
    here but are counted nowhere: early buyers would be all that is known of them. -#}
with assignments as (

    select * from {{ ref('experiment_assignments') }}
    where is_counted

),

clock as (

    select * from {{ ref('clock') }}

),

windows as (

    select
        assignments.*,
        assignments.assigned_at + interval '{{ var("experiment_days", 30) }} days' as window_ends_at
    from assignments

),

bought as (

    select
        windows.experiment_assignment_id,
        count(*) as order_count,
        sum(orders.revenue) as revenue
    from windows
    inner join {{ ref('orders') }} as orders
        on windows.customer_id = orders.customer_id
        and orders.ordered_at >= windows.assigned_at
        and orders.ordered_at < windows.window_ends_at
    where orders.is_purchase
    group by windows.experiment_assignment_id

),

answered as (

    select
        windows.experiment_assignment_id,
        avg(case when feedback.score >= 9 then 100 when feedback.score <= 6 then -100 else 0 end)
            filter (where feedback.question = 'nps') as nps,
        avg((feedback.score >= 4)::integer) filter (where feedback.question = 'csat') as csat,
        avg(feedback.score) filter (where feedback.question = 'ces') as ces
    from windows
    inner join {{ ref('feedback') }} as feedback
        on windows.customer_id = feedback.customer_id
        and feedback.given_at >= windows.assigned_at
        and feedback.given_at < windows.window_ends_at
    where feedback.kind = 'survey'
    group by windows.experiment_assignment_id

),

final as (

    select
        windows.experiment_assignment_id,
        windows.experiment_id,
        windows.customer_id,
        windows.arm,
        windows.assigned_at,
        windows.window_ends_at,
        windows.window_ends_at <= clock.as_of_at as is_complete,
        (coalesce(bought.order_count, 0) > 0)::integer as has_order,
        coalesce(bought.order_count, 0)::integer as order_count,
        coalesce(bought.revenue, 0) as revenue,
        answered.nps::double precision as nps,
        answered.csat::double precision as csat,
        answered.ces::double precision as ces
    from windows
    cross join clock
    left join bought on windows.experiment_assignment_id = bought.experiment_assignment_id
    left join answered on windows.experiment_assignment_id = answered.experiment_assignment_id

)

select * from final
