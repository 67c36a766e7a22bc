{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    indexes=[{'columns': ['identity_id']}, {'columns': ['customer_id']}]
) }}

{#- Which customer each identity belongs to, append-only, so that a customer's number outlives every rebuild:
    - a component with no earlier customer gets the next number;
    - one with several keeps the lowest, which is the oldest: the others were merged into it;
    - when a customer's identities fell apart, the component with its first identity keeps the number, the others get
      new ones.
    Only changes are written; the newest row of an identity counts. -#}
with components as (

    select * from {{ ref('identity_components') }}

),

clock as (

    select * from {{ ref('clock') }}

),

{% if is_incremental() %}

earlier as (

    select distinct on (identity_id)
        identity_id,
        customer_id,
        assignment_number
    from {{ this }}
    order by identity_id, assignment_number desc

),

highest as (

    select
        coalesce(max(customer_id), 0) as customer_id,
        coalesce(max(run_number), 0) as run_number
    from {{ this }}

),

{% else %}

earlier as (

    select
        null::text as identity_id,
        null::bigint as customer_id,
        null::integer as assignment_number
    where false

),

highest as (

    select 0::bigint as customer_id, 0::integer as run_number

),

{% endif %}

{#- The component that keeps a customer's number: the one with its first identity. -#}
kept as (

    select distinct on (earlier.customer_id)
        earlier.customer_id,
        components.component
    from earlier
    inner join components on earlier.identity_id = components.identity_id
    order by earlier.customer_id, components.node

),

numbered as (

    select component, min(customer_id) as customer_id
    from kept
    group by component

),

arrived as (

    select components.component, min(components.node) as first_node
    from components
    left join numbered on components.component = numbered.component
    where numbered.component is null
    group by components.component

),

all_numbered as (

    select component, customer_id
    from numbered
    union all
    select
        arrived.component,
        highest.customer_id + row_number() over (order by arrived.first_node)
    from arrived
    cross join highest

),

final as (

    select
        components.identity_id,
        coalesce(earlier.assignment_number, 0) + 1 as assignment_number,
        all_numbered.customer_id,
        earlier.customer_id as previous_customer_id,
        highest.run_number + 1 as run_number,
        clock.as_of_at as assigned_at
    from components
    inner join all_numbered on components.component = all_numbered.component
    left join earlier on components.identity_id = earlier.identity_id
    cross join highest
    cross join clock
    where earlier.customer_id is distinct from all_numbered.customer_id

)

select * from final
