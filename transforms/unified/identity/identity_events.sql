{{ config(indexes=[{'columns': ['customer_id']}, {'columns': ['previous_customer_id']}]) }}

{#- What happened to customers when identities moved between them: derived from the assignments, which are never
    rewritten. -#}
with assignments as not materialized (

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

{#- Few lost an identity: theirs are all that is looked at, where they came from and where they went. -#}
losers as (

    select distinct previous_customer_id as customer_id from moves

),

theirs as (

    select distinct identity_id
    from ({{ rows_of('assignments', 'customer_id', 'losers') }}) as held

),

{#- A customer whose identities all left for an older one was merged; one that kept some, or some of whose identities got a
    new number, was split. Those a customer had at a time are those that came to it and had not left by then. -#}
spans as (

    select
        customer_id,
        run_number as came_in,
        lead(run_number) over (partition by identity_id order by assignment_number) as left_in
    from ({{ rows_of('assignments', 'identity_id', 'theirs') }}) as assignments

),

{#- Counted and not searched for: with a running sum over the runs in which a customer's identities came and left. -#}
held as (

    select
        customer_id,
        run_number,
        sum(change) over (partition by customer_id order by run_number) as identity_count
    from (
        select customer_id, run_number, sum(change) as change
        from (
            select customer_id, came_in as run_number, 1 as change from spans
            union all
            select customer_id, left_in, -1 from spans
            where left_in is not null
        ) as changes
        group by customer_id, run_number
    ) as runs

),

final as (

    select
        moves.run_number || ':' || moves.previous_customer_id || ':' || moves.customer_id as identity_event_id,
        case
            when held.identity_count > 0 or moves.customer_id > moves.previous_customer_id then 'split'
            else 'merge'
        end as kind,
        moves.previous_customer_id,
        moves.customer_id,
        moves.identity_count,
        moves.occurred_at
    from moves
    inner join held
        on moves.previous_customer_id = held.customer_id
        and moves.run_number = held.run_number

)

select * from final
