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

{#- A customer whose identities all left was merged; one that kept some was split. -#}
remaining as (

    select
        moves.run_number,
        moves.previous_customer_id,
        moves.customer_id,
        exists (
            select 1
            from (
                select distinct on (seen.identity_id) seen.identity_id, seen.customer_id
                from assignments as seen
                where seen.run_number <= moves.run_number
                order by seen.identity_id, seen.assignment_number desc
            ) as held
            where held.customer_id = moves.previous_customer_id
        ) as is_still_held
    from moves

),

final as (

    select
        moves.run_number || ':' || moves.previous_customer_id || ':' || moves.customer_id as identity_event_id,
        case when remaining.is_still_held then 'split' else 'merge' end as kind,
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
