{{ config(indexes=[
    {'columns': ['identity_id'], 'unique': True},
    {'columns': ['identifier_type', 'identifier_value']},
    {'columns': ['identifier_value']},
    {'columns': ['customer_id']}
]) }}

with nodes as (

    select * from {{ ref('identity_nodes') }}

),

current_assignments as (

    select distinct on (identity_id)
        identity_id,
        customer_id,
        assigned_at
    from {{ ref('identity_assignments') }}
    order by identity_id, assignment_number desc

),

final as (

    select
        nodes.identity_id,
        nodes.identifier_type,
        nodes.identifier_value,
        nodes.person_label is not null as is_shared,
        current_assignments.customer_id,
        nodes.source,
        nodes.evidence_count,
        nodes.first_seen_at,
        nodes.last_seen_at,
        current_assignments.assigned_at
    from nodes
    inner join current_assignments on nodes.identity_id = current_assignments.identity_id

)

select * from final
