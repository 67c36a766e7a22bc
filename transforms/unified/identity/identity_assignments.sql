{{ config(
    materialized='incremental',
    incremental_strategy='append',
    full_refresh=false,
    on_schema_change='append_new_columns',
    index_superseded=false,
    indexes=[
        {'columns': ['identity_id', 'assignment_number'], 'unique': True},
        {'columns': ['customer_id']},
        {'columns': ['previous_customer_id']},
        {'columns': ['batch']}
    ]
) }}

{#- Without the probabilistic step the certain components are all there is. How far it had read one says nothing of the other. -#}
{%- set matching = var('identity_matching', true) -%}
{%- set component_rows = ref('identity_components') if matching else ref('certain_components') -%}
{%- set nodes = ref('identity_nodes') -%}

{#- Which customer each identity belongs to, append-only, so that a customer's number outlives every rebuild:
    - a component with no earlier customer gets the next number;
    - one with several keeps the lowest, which is the oldest: the others were merged into it;
    - when a customer's identities fell apart, the component with its first identity keeps the number, the others get
      new ones; so do the people of an identifier that turns out to be shared.
    Only changes are written; the newest row of an identity counts. -#}
with components as not materialized (

    select * from {{ component_rows }}

),

clock as (

    select * from {{ ref('clock') }}

),

{% if is_incremental() %}

{#- An identity that did not change is in the component it was in, whose others are the same customer's; a component bears
    the number of its first identity. So its first identity stands for all in it that did not change. -#}
changed as (

    select identity_id, node, component from components
    where {{ is_new_to_this(read='upstream_batch' if matching else 'certain_batch') }}

),

changed_components as (

    select distinct component as node from changed
    where component is not null

),

firsts as (

    select first_there.identity_id, first_there.node, first_there.component
    from ({{ rows_of('components', 'node', 'changed_components') }}) as first_there
    where not exists (select 1 from changed where changed.node = first_there.node)

),

looked_at as (

    select identity_id from changed
    union
    select identity_id from firsts

),

own as (

    {{ latest_of('looked_at', 'identity_id') }}

),

{#- When a shared identifier falls into people's parts, the parts come from its customer. -#}
unknown as (

    select changed.node from changed
    left join own on changed.identity_id = own.identity_id
    where own.identity_id is null
        and changed.component is not null

),

unknown_nodes as (

    select node, identifier_id from ({{ rows_of(nodes, 'node', 'unknown') }}) as unknown_nodes
    where identifier_id <> identity_id

),

undivided as (

    select divided.node, latest.customer_id
    from unknown_nodes as divided
    inner join ({{ latest_of('unknown_nodes', 'identifier_id') }}) as latest
        on divided.identifier_id = latest.identity_id
    where latest.customer_id in (select own.customer_id from own)

),

{#- Whoever lost an identity to another component may have others in the one that it came from. -#}
losers as (

    select customer_id from own
    except
    select own.customer_id
    from firsts
    inner join own on firsts.identity_id = own.identity_id

),

losers_rows as (

    {{ rows_of(this, 'customer_id', 'losers') }}

),

left_there as (

    select identity_id from losers_rows
    except
    select identity_id from looked_at

),

left_latest as (

    {{ latest_of('left_there', 'identity_id') }}

),

left_nodes as (

    {{ rows_of(nodes, 'identity_id', 'left_there') }}

),

left_components as (

    {{ rows_of('components', 'node', 'left_nodes') }}

),

placed as materialized (

    select
        changed.identity_id,
        changed.node,
        changed.component,
        own.customer_id as own_customer_id,
        coalesce(own.customer_id, undivided.customer_id) as customer_id,
        own.assignment_number,
        false as is_first
    from changed
    left join own on changed.identity_id = own.identity_id
    left join undivided on changed.node = undivided.node
    where changed.component is not null
    union all
    select
        firsts.identity_id,
        firsts.node,
        firsts.component,
        own.customer_id,
        own.customer_id,
        own.assignment_number,
        true
    from firsts
    left join own on firsts.identity_id = own.identity_id
    union all
    select
        left_components.identity_id,
        left_components.node,
        left_components.component,
        left_latest.customer_id,
        left_latest.customer_id,
        left_latest.assignment_number,
        false
    from left_components
    inner join left_latest on left_components.identity_id = left_latest.identity_id
    inner join losers on left_latest.customer_id = losers.customer_id
    where left_components.component is not null

),

highest as (

    select
        coalesce(max(customer_id), 0) as customer_id,
        coalesce((select newest.run_number from {{ this }} as newest order by newest.batch desc limit 1), 0) as run_number
    from {{ this }}

),

{% else %}

placed as not materialized (

    select
        components.*,
        null::bigint as own_customer_id,
        null::bigint as customer_id,
        0 as assignment_number
    from components
    where component is not null

),

highest as (

    select 0::bigint as customer_id, 0::integer as run_number

),

{% endif %}

{#- The component that keeps a customer's number: the one with its first identity. -#}
kept as (

    select distinct on (customer_id)
        customer_id,
        component
    from placed
    where customer_id is not null
    order by customer_id, node

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

{%- if is_incremental() %}

{#- Where the first one gets another number, so do all for whom it stands. -#}
renumbered as (

    select placed.component
    from placed
    inner join all_numbered on placed.component = all_numbered.component
    where placed.is_first
        and placed.own_customer_id is distinct from all_numbered.customer_id

),

followers as (

    select members.identity_id, members.component
    from ({{ rows_of('components', 'component', 'renumbered') }}) as members
    where not exists (select 1 from placed where placed.identity_id = members.identity_id)

),

numbered_anew as (

    select identity_id, component, own_customer_id, assignment_number
    from placed
    union all
    select
        followers.identity_id,
        followers.component,
        latest.customer_id,
        latest.assignment_number
    from followers
    left join ({{ latest_of('followers', 'identity_id') }}) as latest
        on followers.identity_id = latest.identity_id

),
{%- else %}

numbered_anew as not materialized (

    select identity_id, component, own_customer_id, assignment_number
    from placed

),
{%- endif %}

final as (

    select
        numbered_anew.identity_id,
        coalesce(numbered_anew.assignment_number, 0) + 1 as assignment_number,
        all_numbered.customer_id,
        numbered_anew.own_customer_id as previous_customer_id,
        highest.run_number + 1 as run_number,
        clock.as_of_at as assigned_at,
        {{ next_batch('1') }} as batch,
        {{ newest_batch(component_rows) if matching else 0 }} as upstream_batch,
        {{ 0 if matching else newest_batch(component_rows) }} as certain_batch
    from numbered_anew
    inner join all_numbered on numbered_anew.component = all_numbered.component
    cross join highest
    cross join clock
    where numbered_anew.own_customer_id is distinct from all_numbered.customer_id

)

select * from final
