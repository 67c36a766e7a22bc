{{ config(indexes=[
    {'columns': ['previous_customer_id'], 'unique': True},
    {'columns': ['customer_id']}
]) }}

{#- Where the numbers lead that customers gave up when they were merged: to the customer who has the first identity of
    the old one now, however often it moved on. -#}
with assignments as (

    select * from {{ ref('identity_assignments') }}

),

nodes as (

    select * from {{ ref('identity_nodes') }}
    where evidence_count > 0

),

held as (

    select distinct on (assignments.identity_id)
        assignments.identity_id,
        assignments.customer_id,
        assignments.assigned_at
    from assignments
    inner join nodes on assignments.identity_id = nodes.identity_id
    order by assignments.identity_id, assignments.assignment_number desc

),

final as (

    select distinct on (assignments.customer_id)
        assignments.customer_id as previous_customer_id,
        held.customer_id,
        held.assigned_at as moved_at
    from assignments
    inner join held on assignments.identity_id = held.identity_id
    inner join nodes on assignments.identity_id = nodes.identity_id
    where not exists (
        select 1 from held as kept
        where kept.customer_id = assignments.customer_id
    )
    order by assignments.customer_id, assignments.assigned_at, nodes.node

)

select * from final
