{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key=['source', 'record_id'],
    gone_when='customer_id is null',
    indexes=[
        {'columns': ['customer_id']},
        {'columns': ['source', 'record_id']},
        {'columns': ['source', 'seen_batch']},
        {'columns': ['(hashtextextended(value, 0))']},
        {'columns': ['batch']}
    ]
) }}

{#- Every value of every profile field, as each record told it, from when and until when: a record that comes in versions
    takes back what its earlier version said. What holds now has no end. What a record tells is written anew as a whole:
    when it came, when it may be somebody else's, and when a value of it turned out to be shared or nobody's. -#}
{%- set records = [
    ('base_crm__contacts', 'crm', 'contact', 'contact_id', 'updated_at',
        ['full_name', 'phone', 'email', 'birth_date', 'birth_year', 'sex', 'province_name', 'address', 'occupation']),
    ('base_loyalty__members', 'loyalty', 'member', 'member_no', 'updated_at',
        ['full_name', 'phone', 'email', 'birth_date', 'birth_year', 'sex']),
    ('base_ecommerce__customers', 'ecommerce', 'account', 'customer_id', 'updated_at',
        ['full_name', 'phone', 'email', 'birth_date', 'birth_year', 'sex', 'province_name', 'address']),
    ('stg_ecommerce__orders', 'orders', 'order', 'order_key', 'placed_at',
        ['full_name', 'phone', 'email', 'province_name', 'address']),
    ('stg_pos__receipts', 'pos', 'receipt', 'receipt_id', 'sold_at', ['full_name', 'phone']),
    ('stg_support__tickets', 'support', 'ticket', 'ticket_id', 'created_at', ['full_name', 'phone', 'email']),
    ('stg_support__chats', 'chat', 'chat', 'conversation_id', 'started_at', ['phone']),
    ('stg_warranty__claims', 'warranty', 'claim', 'claim_id', 'opened_at', ['full_name', 'phone']),
] -%}
{%- set renamed = {
    'orders': {
        'full_name': "case when source_record.name_key is not null then source_record.buyer_name end",
        'address': 'source_record.ship_address'
    },
    'pos': {'full_name': 'source_record.customer_name'},
    'support': {'full_name': 'source_record.requester_name'},
    'warranty': {'full_name': 'source_record.customer_name'},
} -%}
{#- The model that counts the deliveries of a source's records. -#}
{%- set bases = {} -%}
{%- for relation, source, record_type, key, at, fields in records -%}
    {%- do bases.update({source: ref(relation | replace('stg_', 'base_'))}) -%}
{%- endfor %}
{%- set inputs = {
    'records': ref('identity_records'),
    'claims': ref('identity_claims'),
    'people': ref('record_identities'),
    'nodes': ref('identity_nodes'),
    'assignments': ref('identity_assignments'),
    'identifiers': ref('identifiers')
} -%}
{%- set identities = ref('identities') %}

with
{%- if is_incremental() %}

looked as materialized (

    select jsonb_build_object(
        {%- for name in inputs %}
        '{{ name }}', {{ name }}_batch{{ ',' if not loop.last }}
        {%- endfor %}
    ) as seen_batches
    from {{ this }}
    order by batch desc
    limit 1

),

{{ moved_records(inputs) }},

changed_nodes as (

    select identity_id, identifier_type, identifier_value from {{ inputs.nodes }}
    where {{ above_seen('nodes') }}

),

changed_identities as (

    select identity_id from changed_nodes
    union
    select identity_id from {{ inputs.assignments }}
    where {{ above_seen('assignments') }}
    union
    -- seen again, at another time
    select identity_id from {{ inputs.claims }}
    where {{ above_seen('claims') }}
        and identifier_type = 'email'

),

changed_values as materialized (

    select
        identifier_type,
        identifier_value,
        identifier_type || ':' || identifier_value as identifier_id
    from changed_nodes
    where identifier_type in ('phone', 'email')
    union
    select identifier_type, identifier_value, identifier_id
    from {{ inputs.identifiers }}
    where identifier_type in ('phone', 'email')
        and {{ above_seen('identifiers') }}

),

{#- By a number: texts of any length fit an index so, and a value that hundreds of thousands share (a sex, a province) is one
    entry of it, where a hash index has a long chain. -#}
held_values as (

    select found.*
    from {{ this }} as found
    {{ expected_many() }}
    where hashtextextended(found.value, 0) = any(array(
        select hashtextextended(changed_values.identifier_value, 0) from changed_values
    ))
    offset 0

),

{{ judged_values('changed', 'changed_values', identities, inputs.identifiers) }},

touched as (

    {%- for relation, source, record_type, key, at, fields in records %}
    select '{{ source }}' as source, {{ key }} as record_id
    from {{ bases[source] }}
    where rejected_because is null
        and batch > (
            select coalesce(max(seen.seen_batch), 0) from {{ this }} as seen
            where seen.source = '{{ source }}'
        )
    union
    select '{{ source }}', record_id from moved_records
    where record_type = '{{ record_type }}'
    union
    {%- endfor %}
    select 'web', identity_id
    from changed_identities
    where identity_id like 'email:%'
    union
    select held.source, held.record_id
    from held_values as held
    inner join changed_values
        on held.field = changed_values.identifier_type
        and held.value = changed_values.identifier_value
    left join changed_shared as shared on changed_values.identifier_id = shared.identifier_id
    left join changed_blocked as blocked on changed_values.identifier_id = blocked.identifier_id
    where held.is_shared <> (shared.identifier_id is not null)
        or held.is_blocked <> (blocked.identifier_id is not null)

),
{%- endif %}

people as {{ '' if is_incremental() else 'not materialized ' }}(

    {{ owners_of(inputs.people, records | map(attribute=2), 'touched', 'record_id') }}

),

told as {{ 'materialized ' if is_incremental() else 'not materialized ' }}(

    {%- for relation, source, record_type, key, at, fields in records %}
    select
        people.customer_id,
        '{{ source }}' as source,
        source_record.{{ key }} as record_id,
        source_record.{{ at }} as told_at,
        source_record.superseded_at,
        told.field,
        told.value
    from (
        select
            versions.*,
            {%- if relation.startswith('base_') %}
            lead(versions.{{ at }}) over (
                partition by versions.{{ key }}
                order by versions.{{ at }}, versions.loaded_at
            ) as superseded_at
            {%- else %}
            null::timestamptz as superseded_at
            {%- endif %}
        from {{ ref(relation) }} as versions
        {%- if is_incremental() %}
        {{ expected_many() }}
        where versions.{{ key }} = any(array(
                select touched.record_id from touched
                where touched.source = '{{ source }}'
            ))
            {%- if relation.startswith('base_') %}
            and versions.rejected_because is null
            {%- endif %}
        offset 0
        {%- elif relation.startswith('base_') %}
        where versions.rejected_because is null
        {%- endif %}
    ) as source_record
    inner join people
        on people.record_type = '{{ record_type }}'
        and source_record.{{ key }} = people.record_id
    cross join lateral (
        values
        {%- for field in fields %}
        (
            '{{ field | replace("province_name", "province") }}',
            {{ renamed.get(source, {}).get(field, 'source_record.' ~ field) }}::text
        )
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ) as told (field, value)
    where told.value is not null
    union all
    {%- endfor %}
    select
        identities.customer_id,
        'web',
        identities.identity_id,
        moments.told_at,
        null::timestamptz,
        'email',
        identities.identifier_value
    from {{ identities }} as identities
    cross join lateral (
        {#- once when both are one moment -#}
        select identities.first_seen_at as told_at
        union
        select identities.last_seen_at
    ) as moments
    where identities.identifier_type = 'email'
    {%- if is_incremental() %}
        and identities.identity_id = any(array(
            select touched.record_id from touched
            where touched.source = 'web'
        ))
    {%- endif %}

),

seen as (

    {%- for source, base in bases.items() %}
    select '{{ source }}' as source, (select coalesce(max(batch), 0) from {{ base }}) as seen_batch
    union all
    {%- endfor %}
    select 'web', 0

),

told_values as (

    select distinct
        field as identifier_type,
        value as identifier_value,
        field || ':' || value as identifier_id
    from told
    where field in ('phone', 'email')

),

{{ judged_values('told', 'told_values', identities, inputs.identifiers) }},

{#- Rows go when somebody moved, whose batches never fall: numbers that readers saw are not given again. -#}
written as (

    select
        {{ next_batch(
            newest_moment() ~ ' + 1000::bigint * ('
            ~ newest_batch(inputs.nodes) ~ ' + ' ~ newest_batch(inputs.assignments) ~ ')'
        ) }} as batch,
        {%- for name, relation in inputs.items() %}
        {{ newest_batch(relation) }} as {{ name }}_batch{{ ',' if not loop.last }}
        {%- endfor %}

),

judged as (

    select
        told.customer_id,
        told.field,
        told.value,
        told.source,
        told.record_id,
        told.told_at,
        told.superseded_at,
        shared.identifier_id is not null as is_shared,
        blocked.identifier_id is not null as is_blocked
    from told
    left join told_shared as shared on told.field || ':' || told.value = shared.identifier_id
    left join told_blocked as blocked on told.field || ':' || told.value = blocked.identifier_id
    {%- if is_incremental() %}
    union all
    {#- a record that tells nothing any more #}
    select null, null, null, touched.source, touched.record_id, null, null, null, null
    from touched
    where not exists (
        select from told
        where told.source = touched.source
            and told.record_id = touched.record_id
    )
    {%- endif %}

),

final as (

    select
        judged.customer_id,
        judged.field,
        judged.value,
        judged.source,
        judged.record_id,
        judged.told_at,
        judged.superseded_at,
        judged.is_shared,
        judged.is_blocked,
        written.batch,
        seen.seen_batch,
        {%- for name in inputs %}
        written.{{ name }}_batch{{ ',' if not loop.last }}
        {%- endfor %}
    from judged
    inner join seen on judged.source = seen.source
    cross join written

)

select * from final
