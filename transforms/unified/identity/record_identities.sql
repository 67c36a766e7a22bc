{{ config(indexes=[
    {'columns': ['source', 'record_type', 'record_id'], 'unique': True},
    {'columns': ['customer_id']}
]) }}

{#- The customer behind every source record: that of its strongest identity. -#}
with records as (

    select * from {{ ref('identity_records') }}

),

identities as (

    select * from {{ ref('identities') }}

),

strongest as (

    select record_key, strongest_identity_id as identity_id
    from {{ ref('identity_claims') }}
    where refused_because is null
        and identity_id = strongest_identity_id

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
