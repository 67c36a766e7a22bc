with delivered as (

    select * from {{ ref('base_support__tickets') }}
    where rejected_because is null

),

final as (

    select distinct on (ticket_id)
        ticket_id,
        channel,
        requester_name,
        name_key,
        email,
        phone,
        order_key,
        subject,
        description,
        category,
        area,
        priority,
        status,
        merged_into,
        agent,
        created_at,
        updated_at,
        loaded_at,
        batch
    from delivered
    order by ticket_id, updated_at desc, loaded_at desc

)

select * from final
