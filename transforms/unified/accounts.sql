{{ config(indexes=[
    {'columns': ['account_id'], 'unique': True},
    {'columns': ['parent_account_id']},
    {'columns': ['root_account_id']}
]) }}

{#- Business customers and whom they belong to, up to six levels: a parent nobody knows, or one that would close a
    circle, is none. -#}
{%- set levels = 6 %}
with accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

told as (

    {{ ancestors_of('accounts', levels) }}

),

{#- Who is their own ancestor stands in a circle. -#}
freed as (

    select
        accounts.account_id,
        case when not accounts.account_id = any (told.ancestors) then accounts.parent_account_id end
            as parent_account_id
    from accounts
    inner join told on accounts.account_id = told.account_id

),

rooted as (

    {{ ancestors_of('freed', levels) }}

),

final as (

    select
        accounts.account_id,
        accounts.account_name,
        accounts.name_key,
        rooted.ancestors[1] as parent_account_id,
        coalesce(rooted.ancestors[cardinality(rooted.ancestors)], accounts.account_id) as root_account_id,
        cardinality(rooted.ancestors) as depth,
        rooted.ancestors,
        accounts.tax_code,
        accounts.industry,
        coalesce(accounts.province_name, accounts.province_text) as province,
        accounts.created_at
    from accounts
    inner join rooted on accounts.account_id = rooted.account_id

)

select * from final
