{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='record_key',
    gone_when='customer_id is null',
    indexes=[
        {'columns': ['record_key'], 'unique': True},
        {'columns': ['record_type', 'record_id']},
        {'columns': ['identity_id']},
        {'columns': ['customer_id', 'record_type']},
        {'columns': ['batch']}
    ]
) }}

{%- set record_rows = ref('identity_records') -%}
{%- set claim_rows = ref('identity_claims') -%}
{%- set identity_rows = ref('identities') -%}

{#- The customer behind every source record: that of its strongest identity. -#}
with records as not materialized (

    select * from {{ record_rows }}

),

{#- That two columns are equal PostgreSQL expects of one row in 200, and would look a million up one by one; of `coalesce`
    it expects every second. -#}
claims as not materialized (

    select * from {{ claim_rows }}
    where coalesce(refused_because is null and identity_id = strongest_identity_id, false)

),

identities as not materialized (

    select * from {{ identity_rows }}

),

{%- if is_incremental() %}

changed_identities as (

    select identity_id, customer_id from {{ identity_rows }}
    where {{ is_new_to_this(read='identities_batch') }}

),

{#- An identity that is one no longer has refused claims, and so is told by them. -#}
touched as (

    select record_key from {{ record_rows }}
    where {{ is_new_to_this(read='records_batch') }}
    union
    select record_key from {{ claim_rows }}
    where {{ is_new_to_this(read='claims_batch') }}
    union
    select held.record_key
    from ({{ rows_of(this, 'identity_id', 'changed_identities') }}) as held
    inner join changed_identities on held.identity_id = changed_identities.identity_id
    where held.customer_id <> changed_identities.customer_id

),

known as (

    {{ rows_of(this, 'record_key', 'touched') }}

),

their_records as (

    {{ rows_of('records', 'record_key', 'touched') }}

),

their_claims as (

    {{ rows_of('claims', 'record_key', 'touched') }}

),

their_identities as (

    {{ rows_of('identities', 'identity_id', 'their_claims') }}

),
{%- else %}

their_records as not materialized (

    select * from records

),

their_claims as not materialized (

    select * from claims

),

their_identities as not materialized (

    select * from identities

),
{%- endif %}

told as (

    select
        records.record_key,
        records.source,
        records.record_type,
        records.record_id,
        records.seen_at,
        claims.identity_id,
        identities.customer_id
    from their_records as records
    inner join their_claims as claims on records.record_key = claims.record_key
    inner join their_identities as identities on claims.identity_id = identities.identity_id

),

{%- set said = ['source', 'record_type', 'record_id', 'seen_at', 'identity_id', 'customer_id'] %}
{%- set written %}
        {{ batch_above(record_rows, claim_rows) }} as batch,
        {{ newest_batch(record_rows) }} as records_batch,
        {{ newest_batch(claim_rows) }} as claims_batch,
        {{ newest_batch(identity_rows) }} as identities_batch
{%- endset %}
final as (

    select
        told.record_key,
        {%- for column in said %}
        told.{{ column }},
        {%- endfor %}
        {{- written }}
    from told
    {%- if is_incremental() %}
    left join known on told.record_key = known.record_key
    where {{ any_differs('told', 'known', said) }}
    union all
    -- what is nobody's any more
    select
        known.record_key,
        {%- for column in said %}
        null,
        {%- endfor %}
        {{- written }}
    from known
    where not exists (select 1 from told where told.record_key = known.record_key)
    {%- endif %}

)

select * from final
