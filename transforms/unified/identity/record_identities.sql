{{ config(indexes=[
    {'columns': ['source', 'record_type', 'record_id'], 'unique': True},
    {'columns': ['customer_id']}
]) }}

{#- The customer behind every source record: that of its strongest identity. -#}
with records as (

    select * from {{ ref('identity_records') }}

),

claims as (

    select * from {{ ref('identity_claims') }}
    where identity_id is not null

),

identities as (

    select * from {{ ref('identities') }}

),

strongest as (

    select distinct on (record_key)
        record_key,
        identity_id
    from claims
    order by record_key, type_priority, identity_id

),

final as (

    select
        records.record_key,
        records.source,
        records.record_type,
        records.record_id,
        records.seen_at,
        strongest.identity_id,
        identities.customer_id
    from records
    inner join strongest on records.record_key = strongest.record_key
    inner join identities on strongest.identity_id = identities.identity_id

)

select * from final
