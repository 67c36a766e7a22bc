{{ config(indexes=[{'columns': ['account_id'], 'unique': True}]) }}

{#- What the contacts of a business customer did, and (total_) those of all accounts below it as well. Somebody who is a
    contact of two accounts counts in each, and once in what is above both. -#}
with accounts as (

    select * from {{ ref('accounts') }}

),

contacts as (

    select account_id, customer_id from {{ ref('account_contacts') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

customers as (

    select customer_id, last_order_at, last_seen_at from {{ ref('customers') }}

),

own as (

    select
        contacts.account_id,
        count(*) as person_count,
        sum(features.purchase_count) as purchase_count,
        sum(features.revenue) as revenue,
        sum(features.revenue_365d) as revenue_365d,
        max(customers.last_order_at) as last_order_at,
        max(customers.last_seen_at) as last_seen_at,
        sum(features.ticket_count) as ticket_count,
        sum(features.open_ticket_count) as open_ticket_count,
        sum(features.complaint_count) as complaint_count,
        avg(features.nps_score) as mean_nps_score,
        avg(features.mean_sentiment) as mean_sentiment
    from contacts
    inner join features on contacts.customer_id = features.customer_id
    inner join customers on contacts.customer_id = customers.customer_id
    group by contacts.account_id

),

{#- Each account and every account below it, itself among them. -#}
families as (

    select account_id as head_id, account_id
    from accounts
    union all
    select above.ancestor, accounts.account_id
    from accounts
    cross join lateral unnest(accounts.ancestors) as above (ancestor)

),

family_people as (

    select distinct families.head_id, contacts.customer_id
    from families
    inner join contacts on families.account_id = contacts.account_id

),

family_sizes as (

    select head_id, count(*) - 1 as descendant_count
    from families
    group by head_id

),

totals as (

    select
        family_people.head_id,
        count(*) as person_count,
        sum(features.purchase_count) as purchase_count,
        sum(features.revenue) as revenue,
        sum(features.open_ticket_count) as open_ticket_count,
        sum(features.complaint_count) as complaint_count
    from family_people
    inner join features on family_people.customer_id = features.customer_id
    group by family_people.head_id

),

final as (

    select
        accounts.account_id,
        coalesce(own.person_count, 0)::integer as person_count,
        coalesce(own.purchase_count, 0)::integer as purchase_count,
        coalesce(own.revenue, 0) as revenue,
        coalesce(own.revenue_365d, 0) as revenue_365d,
        own.last_order_at,
        own.last_seen_at,
        coalesce(own.ticket_count, 0)::integer as ticket_count,
        coalesce(own.open_ticket_count, 0)::integer as open_ticket_count,
        coalesce(own.complaint_count, 0)::integer as complaint_count,
        round(own.mean_nps_score, 2) as mean_nps_score,
        round(own.mean_sentiment, 3) as mean_sentiment,
        family_sizes.descendant_count::integer as descendant_count,
        coalesce(totals.person_count, 0)::integer as total_person_count,
        coalesce(totals.purchase_count, 0)::integer as total_purchase_count,
        coalesce(totals.revenue, 0) as total_revenue,
        coalesce(totals.open_ticket_count, 0)::integer as total_open_ticket_count,
        coalesce(totals.complaint_count, 0)::integer as total_complaint_count
    from accounts
    inner join family_sizes on accounts.account_id = family_sizes.head_id
    left join own on accounts.account_id = own.account_id
    left join totals on accounts.account_id = totals.head_id

)

select * from final
