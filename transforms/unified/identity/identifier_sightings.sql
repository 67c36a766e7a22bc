{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['record_key', 'identifier_id'],
    full_refresh=false,
    meta={'erase': {'how': 'pseudonymise', 'names': ['name_key'], 'ended': 'not is_current'}},
    index_superseded=false,
    indexes=[
        {'columns': ['record_key', 'identifier_id'], 'unique': True},
        {'columns': ['identifier_id']},
        {'columns': ['batch']}
    ]
) }}

{#- A record's accounts and cards give it their holder's name: when a holder's name changes, so does what hangs on it. -#}
with records as not materialized (

    select * from {{ ref('identity_records') }}

),

{%- if is_incremental() %}

changed as (

    select record_key, record_type, account, loyalty_no
    from records
    where {{ is_new_to_this() }}

),

touched_keys as (

    select record_key from changed
    {%- if not compares_all() %}
    union
    select record_key from records
    where account = any(array(select account from changed where record_type = 'account'))
    union
    select record_key from records
    where loyalty_no = any(array(select loyalty_no from changed where record_type = 'member'))
    {%- endif %}

),

touched as (

    {{ rows_of('records', 'record_key', 'touched_keys') }}

),

holder_keys as (

    select 'ecommerce:account:' || account as record_key from touched
    union
    select 'loyalty:member:' || loyalty_no from touched

),

holders as (

    {{ rows_of('records', 'record_key', 'holder_keys') }}

),

known as (

    {{ rows_of(this, 'record_key', 'touched_keys') }}

),
{%- else %}

touched as not materialized (

    select * from records

),

holders as not materialized (

    select * from records

),
{%- endif %}

{#- An order or a cart that carries an account but no name is the account holder's. -#}
named as (

    select
        touched.*,
        coalesce(touched.name_key, accounts.name_key, members.name_key) as person_name_key
    from touched
    left join holders as accounts on 'ecommerce:account:' || touched.account = accounts.record_key
    left join holders as members on 'loyalty:member:' || touched.loyalty_no = members.record_key

),

sighted as (

    select
        named.record_key,
        named.source,
        sighted.identifier_type || ':' || sighted.identifier_value as identifier_id,
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

),

final as (

    select
        sighted.*,
        true as is_current,
        {{ batches(ref('identity_records')) }}
    from sighted
    {%- if is_incremental() %}
    left join known
        on sighted.record_key = known.record_key
        and sighted.identifier_id = known.identifier_id
    where known.record_key is null
        or not known.is_current
        or sighted.name_key is distinct from known.name_key
        or sighted.seen_at is distinct from known.seen_at
    union all
    -- what the record told and tells no longer
    select
        known.record_key,
        known.source,
        known.identifier_id,
        known.identifier_type,
        known.identifier_value,
        known.type_priority,
        known.is_strong,
        known.name_key,
        known.seen_at,
        false as is_current,
        {{ batches(ref('identity_records')) }}
    from known
    where known.is_current
        and not exists (
            select 1 from sighted
            where sighted.record_key = known.record_key
                and sighted.identifier_id = known.identifier_id
        )
    {%- endif %}

)

select * from final
