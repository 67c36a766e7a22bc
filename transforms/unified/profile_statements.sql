{{ config(indexes=[{'columns': ['customer_id']}]) }}

{#- Every value of every profile field, as each record told it, from when and until when: a record that comes in versions
    takes back what its earlier version said. What holds now has no end. -#}
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

with people as (

    select record_type, record_id, customer_id from {{ ref('record_identities') }}

),

shared as (

    select distinct identifier_type, identifier_value
    from {{ ref('identities') }}
    where is_shared

),

blocked as (

    select identifier_type, identifier_value
    from {{ ref('identifiers') }}
    where blocked_because is not null

),

told as (

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
        {%- if relation.startswith('base_') %}
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
    from {{ ref('identities') }} as identities
    cross join lateral (
        {#- once when both are one moment -#}
        select identities.first_seen_at as told_at
        union
        select identities.last_seen_at
    ) as moments
    where identities.identifier_type = 'email'

),

final as (

    select
        told.customer_id,
        told.field,
        told.value,
        told.source,
        told.record_id,
        told.told_at,
        told.superseded_at,
        shared.identifier_value is not null as is_shared,
        blocked.identifier_value is not null as is_blocked
    from told
    left join shared
        on told.field = shared.identifier_type
        and told.value = shared.identifier_value
    left join blocked
        on told.field = blocked.identifier_type
        and told.value = blocked.identifier_value

)

select * from final
