{#- One branch of `identity_records`: what a source's record says about who it is. Identifiers not given are null.
    `or_touched`: the condition of older rows that are to be read again. -#}
{% macro identity_record(
    relation, source, record_type, record_id, seen_at, name_key='null::text',
    account='null::text', crm_id='null::text', loyalty_no='null::text', buyer='null::text',
    order_key='null::text', ticket='null::text',
    phone='null::text', email='null::text', profile='null::text',
    device='null::text', cookie='null::text', or_touched=none
) -%}
    select
        '{{ source }}' as source,
        '{{ record_type }}' as record_type,
        {{ record_id }} as record_id,
        {{ seen_at }} as seen_at,
        {{ name_key }} as name_key,
        {{ account }} as account,
        {{ crm_id }} as crm_id,
        {{ loyalty_no }} as loyalty_no,
        {{ buyer }} as buyer,
        {{ order_key }} as order_key,
        {{ ticket }} as ticket,
        {{ phone }} as phone,
        {{ email }} as email,
        {{ profile }} as profile,
        {{ device }} as device,
        {{ cookie }} as cookie,
        loaded_at,
        batch as read_batch
    from {{ ref(relation) }}
    where {{ written_since(record_type) }}
    {%- if or_touched and is_incremental() and not compares_all() %}
        or {{ or_touched }}
    {%- endif %}
{%- endmacro %}

{#- Identifier types from the strongest to the weakest: a verified login and keys that a system gave one person,
    then what people share and mistype, then an order
    (others may write about it), then machines. Order is priority; `is_strong` ones are never split. -#}
{% macro identifier_types() -%}
    {{ return([
        ('account', 1, true),
        ('crm_id', 2, true),
        ('loyalty_no', 3, true),
        ('buyer', 4, true),
        ('ticket', 5, true),
        ('phone', 6, false),
        ('email', 7, false),
        ('order_key', 8, false),
        ('profile', 9, false),
        ('device', 10, false),
        ('cookie', 11, false)
    ]) }}
{%- endmacro %}
