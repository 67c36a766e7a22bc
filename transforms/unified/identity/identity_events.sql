{{ config(indexes=[{'columns': ['customer_id']}, {'columns': ['previous_customer_id']}]) }}

{#- What happened to customers when identities moved between them: derived from the assignments, which are never
    rewritten. -#}
with assignments as (

    select * from {{ ref('identity_assignments') }}

),

moves as (

    select
        run_number,
        previous_customer_id,
        customer_id,
        min(assigned_at) as occurred_at,
        count(*) as identity_count
    from assignments
    where previous_customer_id is not null
    group by run_number, previous_customer_id, customer_id

),

{#- A customer whose identities all left for an older one was merged; one that kept some, or some of whose identities got a
    new number, was split. Those a customer had at a time are those that came to it and had not left by then. -#}
spans as (

    select
        customer_id,
        run_number as came_in,
        lead(run_number) over (partition by identity_id order by assignment_number) as left_in
    from assignments

),

remaining as (

    select
        moves.run_number,
        moves.previous_customer_id,
        moves.customer_id,
        exists (
            select 1 from spans
            where spans.customer_id = moves.previous_customer_id
                and spans.came_in <= moves.run_number
                and (spans.left_in is null or spans.left_in > moves.run_number)
        ) as is_still_held
    from moves

),

final as (

    select
        moves.run_number || ':' || moves.previous_customer_id || ':' || moves.customer_id as identity_event_id,
        case
            when remaining.is_still_held or moves.customer_id > moves.previous_customer_id then 'split'
            else 'merge'
        end as kind,
        moves.previous_customer_id,
        moves.customer_id,
        moves.identity_count,
        moves.occurred_at
    from moves
    inner join remaining
        on moves.run_number = remaining.run_number
        and moves.previous_customer_id = remaining.previous_customer_id
        and moves.customer_id = remaining.customer_id

)

select * from final
