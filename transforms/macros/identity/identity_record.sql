{#- One branch of `identity_records`: what a source's record says about who it is. Identifiers not given are null. -#}
{% macro identity_record(
    relation, source, record_type, record_id, seen_at, name_key='null::text',
    account='null::text', crm_id='null::text', loyalty_no='null::text', buyer='null::text',
    phone='null::text', email='null::text', profile='null::text',
    device='null::text', cookie='null::text'
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
        {{ phone }} as phone,
        {{ email }} as email,
        {{ profile }} as profile,
        {{ device }} as device,
        {{ cookie }} as cookie
    from {{ ref(relation) }}
{%- endmacro %}

{#- Identifier types from the strongest to the weakest: a verified login and keys that a system gave one person,
    then what people share and mistype, then machines. Order is priority; `is_strong` ones are never split. -#}
{% macro identifier_types() -%}
    {{ return([
        ('account', 1, true),
        ('crm_id', 2, true),
        ('loyalty_no', 3, true),
        ('buyer', 4, true),
        ('phone', 5, false),
        ('email', 6, false),
        ('profile', 7, false),
        ('device', 8, false),
        ('cookie', 9, false)
    ]) }}
{%- endmacro %}
