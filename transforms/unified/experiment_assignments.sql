{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['unit_type', 'unit_id'],
    gone_when='experiment_id is null',
    indexes=[
        {'columns': ['experiment_assignment_id'], 'unique': True},
        {'columns': ['customer_id']},
        {'columns': ['experiment_id', 'arm']},
        {'columns': ['unit_id']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {
    'assignments': ref('base_experiments__assignments'),
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities')
} -%}
{%- set experiments = ref('experiments') -%}
{%- set experiments_digest = digest_of(experiments, ['experiment_id']) -%}
{%- set record_types = {
    'ecommerce_customer': 'account', 'crm_contact': 'contact', 'loyalty_member': 'member', 'anonymous_id': 'browser'
} -%}

{#- Units are accounts, contacts, cards or browsers; what is measured is people. A person counts once, from the first
    assignment on; whoever turned out to be in several arms saw both and counts in none. Written anew are all units of the
    people of whom one was assigned or changed hands, and of those whose it was. -#}
with
{%- if is_incremental() %}

{{ looked() }},

{{ moved_records(inputs) }},

touched as materialized (

    select unit_type, unit_id from {{ inputs.assignments }}
    where {{ above_seen('assignments') }}
        and unit_type is not null
        and unit_id is not null
    {%- for unit_type, record_type in record_types.items() %}
    union
    select '{{ unit_type }}', record_id from moved_records
    where record_type = '{{ record_type }}'
    {%- endfor %}
    union
    select unit_type, unit_id from {{ inputs.assignments }}
    where {{ reference_differs(experiments_digest) }}
        and rejected_because is null

),

{{ units_of_people(inputs, record_types, 'unit_type', 'unit_id') }},
{%- endif %}

assignments as (

    {{ named_rows(ref('stg_experiments__assignments'), 'unit_id', 'named', 'unit_id') }}

),

experiments as (

    select * from {{ experiments }}

),

people as (

    {{ owners_of(inputs.people, record_types.values(), 'named', 'unit_id') }}

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
    {%- if is_incremental() %}
    inner join named
        on assignments.unit_type = named.unit_type
        and assignments.unit_id = named.unit_id
    {%- endif %}
    left join people
        on people.record_type = case assignments.unit_type
            {%- for unit_type, record_type in record_types.items() %}
            when '{{ unit_type }}' then '{{ record_type }}'
            {%- endfor %}
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
        judged.experiment_assignment_id,
        judged.experiment_id,
        judged.customer_id,
        unit_type,
        unit_id,
        judged.arm,
        judged.assigned_at,
        judged.left_out_because is null as is_counted,
        judged.left_out_because,
        {{ batch_above(inputs.assignments, inputs.records, inputs.claims) }} as batch,
        {{ seen_batches(inputs, experiments_digest) }}
    {% if is_incremental() -%}
    from named
    left join judged using (unit_type, unit_id)
    {%- else -%}
    from judged
    {%- endif %}

)

select * from final
