{{ config(indexes=[{'columns': ['solved_at']}, {'columns': ['created_at']}]) }}

{#- Open tickets are here too, with no solved_at: they are censored, not dropped. -#}
with tickets as (

    select * from {{ ref('tickets') }}
    where is_counted

),

final as (

    select
        ticket_id,
        customer_id,
        channel,
        topic,
        area,
        priority,
        agent,
        created_at,
        solved_at,
        solved_at is null as is_open,
        reopened_count > 0 as is_reopened,
        minutes_to_first_reply,
        hours_to_resolution,
        business_hours_to_resolution,
        coalesce(hours_to_resolution, open_hours) as observed_hours,
        (extract(epoch from (first_solved_at - created_at)) / 3600)::numeric(14, 4) as hours_to_first_solution
    from tickets

)

select * from final
