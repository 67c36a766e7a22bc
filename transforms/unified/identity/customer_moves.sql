{{ config(indexes=[
    {'columns': ['previous_customer_id'], 'unique': True},
    {'columns': ['customer_id']}
]) }}

{#- Where the numbers lead that customers gave up when they were merged: to the customer who has the first identity of
    the old one now, however often it moved on. -#}
with assignments as not materialized (

    select * from {{ ref('identity_assignments') }}

),

nodes as not materialized (

    select * from {{ ref('identity_nodes') }}
    where evidence_count > 0

),

{#- Few lost an identity; only they can have given up their number. -#}
losers as (

    select distinct previous_customer_id as customer_id
    from assignments
    where previous_customer_id is not null

),

theirs as (

    select
        assignments.identity_id,
        assignments.customer_id,
        min(assignments.assigned_at) as assigned_at
    from assignments
    inner join losers on assignments.customer_id = losers.customer_id
    group by assignments.identity_id, assignments.customer_id

),

held as (

    select distinct on (assignments.identity_id)
        assignments.identity_id,
        assignments.customer_id,
        assignments.assigned_at,
        nodes.node
    from assignments
    inner join (select distinct identity_id from theirs) as moved on assignments.identity_id = moved.identity_id
    inner join nodes on assignments.identity_id = nodes.identity_id
    order by assignments.identity_id, assignments.assignment_number desc

),

final as (

    select distinct on (theirs.customer_id)
        theirs.customer_id as previous_customer_id,
        held.customer_id,
        held.assigned_at as moved_at
    from theirs
    inner join held on theirs.identity_id = held.identity_id
    where not exists (
        select 1 from held as kept
        where kept.customer_id = theirs.customer_id
    )
    order by theirs.customer_id, theirs.assigned_at, held.node

)

select * from final
