{{ config(indexes=[
    {'columns': ['account_id', 'customer_id'], 'unique': True},
    {'columns': ['customer_id']}
]) }}

{#- Who buys or speaks for a business customer: a person may for several, and may have been typed several times. -#}
with contacts as (

    select * from {{ ref('stg_crm__contacts') }}
    where account_id is not null
        and not is_deleted

),

people as (

    select record_id, customer_id
    from {{ ref('record_identities') }}
    where record_type = 'contact'

),

final as (

    select
        accounts.account_id,
        people.customer_id,
        count(*)::integer as contact_count,
        (array_agg(contacts.occupation order by contacts.updated_at desc, contacts.contact_id)
            filter (where contacts.occupation is not null))[1] as occupation,
        min(contacts.created_at) as first_contact_at,
        max(contacts.updated_at) as last_changed_at
    from contacts
    inner join {{ ref('accounts') }} as accounts on contacts.account_id = accounts.account_id
    inner join people on contacts.contact_id = people.record_id
    group by accounts.account_id, people.customer_id

)

select * from final
