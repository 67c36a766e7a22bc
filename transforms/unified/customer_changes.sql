{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='customer_id',
    indexes=[{'columns': ['customer_id'], 'unique': True}, {'columns': ['batch']}]
) }}

{#- Of whom something was written since, came or went: what the models of one row per customer read to write those customers
    anew and no others. Naming somebody in vain costs a row; missing somebody would be wrong. So:
    - identities: everybody who has or had one that was written. What is given to somebody through a record moves with it;
    - visits: everybody whom a browser's rewritten events may belong to or have belonged to;
    - orders, feedback, journeys: whose rows are others than they were, more or fewer. -#}
{%- set counted = ['orders', 'feedback', 'journeys'] -%}

with assignments as not materialized (

    select * from {{ ref('identity_assignments') }}

),
{%- for relation in counted %}

{{ relation }}_now as (

    select customer_id, bit_xor(hash_record_extended(counted, 0)) as state
    from {{ ref(relation) }} as counted
    where customer_id is not null
    group by customer_id

),
{%- endfor %}
{%- if is_incremental() %}

changed_identities as (

    select identity_id from {{ ref('identity_nodes') }}
    where batch > {{ last_read('nodes_batch') }}
    union
    select identity_id from assignments
    where batch > {{ last_read('assignments_batch') }}

),

visits as (

    select distinct anonymous_id, account_id, customer_id
    from {{ ref('web_events') }}
    where batch > {{ last_read('events_batch') }}

),

visiting_identities as (

    select 'cookie:' || anonymous_id as identity_id from visits
    union
    select 'account:' || account_id from visits

),

all_identities as (

    select identity_id from changed_identities
    union
    select identity_id from visiting_identities

),

their_assignments as (

    {{ rows_of('assignments', 'identity_id', 'all_identities') }}

),

changed as (

    select customer_id from their_assignments
    union
    select customer_id from visits
    union
    select customer_id from {{ ref('profile_statements') }}
    where batch > {{ last_read('statements_batch') }}
    {%- for relation in counted %}
    union
    select customer_id
    from {{ relation }}_now as counted_now
    full join (
        select customer_id, {{ relation }}_state from {{ this }}
        where {{ relation }}_state is not null
    ) as held using (customer_id)
    where counted_now.state is distinct from held.{{ relation }}_state
    {%- endfor %}

),
{%- else %}

changed as (

    select distinct customer_id from assignments

),
{%- endif %}

written as (

    select
        {{ next_batch(newest_moment()) }} as batch,
        {{ newest_batch(ref('identity_nodes')) }} as nodes_batch,
        {{ newest_batch(ref('identity_assignments')) }} as assignments_batch,
        {{ newest_batch(ref('profile_statements')) }} as statements_batch,
        {{ newest_batch(ref('web_events')) }} as events_batch

),

final as (

    select
        changed.customer_id,
        {%- for relation in counted %}
        {{ relation }}_now.state as {{ relation }}_state,
        {%- endfor %}
        written.batch,
        written.nodes_batch,
        written.assignments_batch,
        written.statements_batch,
        written.events_batch
    from changed
    cross join written
    {%- for relation in counted %}
    left join {{ relation }}_now on changed.customer_id = {{ relation }}_now.customer_id
    {%- endfor %}
    where changed.customer_id is not null

)

select * from final
