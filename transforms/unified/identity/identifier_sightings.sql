with records as (

    select * from {{ ref('identity_records') }}

),

{#- An order or a cart that carries an account but no name is the account holder's. -#}
accounts as (

    select customer_id, name_key from {{ ref('stg_ecommerce__customers') }}

),

members as (

    select member_no, name_key from {{ ref('stg_loyalty__members') }}

),

named as (

    select
        records.*,
        coalesce(records.name_key, accounts.name_key, members.name_key) as person_name_key
    from records
    left join accounts on records.account = accounts.customer_id
    left join members on records.loyalty_no = members.member_no

),

final as (

    select
        named.record_key,
        named.source,
        sighted.identifier_type,
        sighted.identifier_value,
        sighted.type_priority,
        sighted.is_strong,
        named.person_name_key as name_key,
        named.seen_at
    from named
    cross join lateral (
        values
        {%- for identifier_type, priority, is_strong in identifier_types() %}
        ('{{ identifier_type }}', named.{{ identifier_type }}, {{ priority }}, {{ is_strong | lower }})
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ) as sighted (identifier_type, identifier_value, type_priority, is_strong)
    where sighted.identifier_value is not null

)

select * from final
