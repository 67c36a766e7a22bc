{{ config(indexes=[
    {'columns': ['experiment_assignment_id'], 'unique': True},
    {'columns': ['customer_id']},
    {'columns': ['experiment_id', 'arm']}
]) }}

{#- Units are accounts, contacts, cards or browsers; what is measured is people. A person counts once, from the first
    assignment on; whoever turned out to be in several arms saw both and counts in none. -#}
with assignments as (

    select * from {{ ref('stg_experiments__assignments') }}

),

experiments as (

    select * from {{ ref('experiments') }}

),

people as (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}

),

owned as (

    select
        assignments.assignment_key as experiment_assignment_id,
        assignments.experiment_id,
        assignments.unit_type,
        assignments.unit_id,
        assignments.arm,
        assignments.assigned_at,
        people.customer_id
    from assignments
    inner join experiments on assignments.experiment_id = experiments.experiment_id
    left join people
        on people.record_type = case assignments.unit_type
            when 'ecommerce_customer' then 'account'
            when 'crm_contact' then 'contact'
            when 'loyalty_member' then 'member'
            when 'anonymous_id' then 'browser'
        end
        and assignments.unit_id = people.record_id

),

compared as (

    select
        *,
        row_number() over by_person as assignment_number,
        min(arm) over (partition by experiment_id, customer_id) as lowest_arm,
        max(arm) over (partition by experiment_id, customer_id) as highest_arm
    from owned
    window by_person as (
        partition by experiment_id, customer_id order by assigned_at, experiment_assignment_id
    )

),

judged as (

    select
        *,
        case
            when customer_id is null then 'nobody known'
            when lowest_arm <> highest_arm then 'in several arms'
            when assignment_number > 1 then 'assigned before'
        end as left_out_because
    from compared

),

final as (

    select
        experiment_assignment_id,
        experiment_id,
        customer_id,
        unit_type,
        unit_id,
        arm,
        assigned_at,
        left_out_because is null as is_counted,
        left_out_because
    from judged

)

select * from final
