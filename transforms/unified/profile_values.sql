{#- Every value of every profile field that a source holds about a customer: survivorship chooses among them, and the
    API can show what was not chosen. -#}
{%- set records = [
    ('stg_crm__contacts', 'crm', 'contact', 'contact_id', 'updated_at',
        ['full_name', 'phone', 'email', 'birth_date', 'birth_year', 'sex', 'province_name', 'address', 'occupation']),
    ('stg_loyalty__members', 'loyalty', 'member', 'member_no', 'updated_at',
        ['full_name', 'phone', 'email', 'birth_date', 'birth_year', 'sex']),
    ('stg_ecommerce__customers', 'ecommerce', 'account', 'customer_id', 'updated_at',
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

told as (

    {%- for relation, source, record_type, key, at, fields in records %}
    select
        people.customer_id,
        '{{ source }}' as source,
        source_record.{{ at }} as told_at,
        told.field,
        told.value
    from {{ ref(relation) }} as source_record
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
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    union all
    select
        identities.customer_id,
        'web',
        identities.last_seen_at,
        'email',
        identities.identifier_value
    from {{ ref('identities') }} as identities
    where identities.identifier_type = 'email'

),

final as (

    select
        customer_id,
        field,
        value,
        source,
        count(*)::integer as told_count,
        min(told_at) as first_told_at,
        max(told_at) as last_told_at
    from told
    group by customer_id, field, value, source

)

select * from final
