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
    where is_current

),

{#- Few lost an identity; only they can have given up their number. -#}
losers as (

    select distinct previous_customer_id as customer_id
    from assignments
    where previous_customer_id is not null

),

theirs as (

    select
        identity_id,
        customer_id,
        min(assigned_at) as assigned_at
    from ({{ rows_of('assignments', 'customer_id', 'losers') }}) as assignments
    group by identity_id, customer_id

),

held as (

    select distinct on (assignments.identity_id)
        assignments.identity_id,
        assignments.customer_id,
        assignments.assigned_at,
        nodes.node
    from ({{ rows_of('assignments', 'identity_id', 'theirs') }}) as assignments
    inner join ({{ rows_of('nodes', 'identity_id', 'theirs') }}) as nodes
        on assignments.identity_id = nodes.identity_id
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
