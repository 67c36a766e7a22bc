{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    indexes=[
        {'columns': ['identity_id', 'assignment_number'], 'unique': True},
        {'columns': ['customer_id']},
        {'columns': ['run_number']},
        {'columns': ['batch']}
    ]
) }}

{%- set nodes = ref('identity_nodes') -%}

{#- Which customer each identity belongs to, append-only, so that a customer's number outlives every rebuild:
    - a component with no earlier customer gets the next number;
    - one with several keeps the lowest, which is the oldest: the others were merged into it;
    - when a customer's identities fell apart, the component with its first identity keeps the number, the others get
      new ones; so do the people of an identifier that turns out to be shared.
    Only changes are written; the newest row of an identity counts. -#}
with components as not materialized (

    select * from {{ ref('identity_components') }}

),

clock as (

    select * from {{ ref('clock') }}

),

{% if is_incremental() %}

{#- What changed, what shares a component with it, and what belonged to the same customers: nobody else can move. -#}
changed as (

    select identity_id, component from components
    where {{ is_new_to_this() }}

),

changed_components as (

    select distinct component from changed

),

gathered as (

    select identity_id from components
    where component = {{ any_of('changed_components', 'component') }}
    union
    select identity_id from changed

),

their_customers as (

    select distinct customer_id from {{ this }}
    where identity_id = {{ any_of('gathered', 'identity_id') }}

),

touched as (

    select identity_id from gathered
    union
    select identity_id from {{ this }}
    where customer_id = {{ any_of('their_customers', 'customer_id') }}

),

placed as (

    select * from ({{ rows_of('components', 'identity_id', 'touched') }}) as components
    where component is not null

),

theirs as (

    {{ rows_of(this, 'identity_id', 'touched') }}

),

their_nodes as (

    {{ rows_of(nodes, 'node', 'placed') }}

),

latest as (

    select newest.*
    from (
        select distinct on (identity_id)
            identity_id,
            customer_id,
            assignment_number
        from theirs
        order by identity_id, assignment_number desc
    ) as newest
    {{ expected_many() }}
    offset 0

),

{#- When a shared identifier falls into people's parts, the parts come from its customer. -#}
earlier as (

    select
        placed.identity_id,
        own.customer_id as own_customer_id,
        coalesce(own.customer_id, undivided.customer_id) as customer_id,
        own.assignment_number
    from placed
    inner join their_nodes as nodes on placed.node = nodes.node
    left join latest as own on placed.identity_id = own.identity_id
    left join latest as undivided on nodes.identifier_id = undivided.identity_id
    where coalesce(own.customer_id, undivided.customer_id) is not null

),

highest as (

    select
        coalesce(max(customer_id), 0) as customer_id,
        coalesce((select max(run_number) from {{ this }}), 0) as run_number
    from {{ this }}

),

{% else %}

placed as not materialized (

    select * from components
    where component is not null

),

earlier as (

    select
        null::text as identity_id,
        null::bigint as own_customer_id,
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
        placed.component
    from earlier
    inner join placed on earlier.identity_id = placed.identity_id
    order by earlier.customer_id, placed.node

),

numbered as (

    select component, min(customer_id) as customer_id
    from kept
    group by component

),

arrived as (

    select placed.component, min(placed.node) as first_node
    from placed
    left join numbered on placed.component = numbered.component
    where numbered.component is null
    group by placed.component

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
        placed.identity_id,
        coalesce(earlier.assignment_number, 0) + 1 as assignment_number,
        all_numbered.customer_id,
        earlier.own_customer_id as previous_customer_id,
        highest.run_number + 1 as run_number,
        clock.as_of_at as assigned_at,
        {{ batches(ref('identity_components')) }}
    from placed
    inner join all_numbered on placed.component = all_numbered.component
    left join earlier on placed.identity_id = earlier.identity_id
    cross join highest
    cross join clock
    where earlier.own_customer_id is distinct from all_numbered.customer_id

)

select * from final
