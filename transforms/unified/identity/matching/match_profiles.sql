{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='record_id',
    gone_when='batch is null',
    indexes=[
        {'columns': ['record_id'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- Who stands behind each component that identifiers alone made: per field the value its records tell most often. `told` is
    a checksum of what its records tell: components of which it is another are worked out anew. -#}
{%- set records = ref('match_records') -%}
with checksums as (

    select
        component,
        bit_xor(hashtextextended(
            concat_ws(' | ', record_id, name_words, coalesce(birth_date, '-'), coalesce(phone, '-'), coalesce(email, '-'),
                coalesce(province, '-'), coalesce(sex, '-')), 0
        )) as told
    from {{ records }}
    group by component

),
{%- if is_incremental() %}

known as (

    select record_id as component, told from {{ this }}

),

touched as (

    select checksums.component
    from checksums
    left join known on checksums.component = known.component
    where known.told is distinct from checksums.told

),

records as (

    {{ rows_of(records, 'component', 'touched') }}

),
{%- else %}

records as not materialized (

    select * from {{ records }}

),
{%- endif %}

fields_told as (

    select
        records.component,
        fields.field,
        fields.value
    from records
    cross join lateral (
        values
        ('name_words', records.name_words),
        ('birth_date', records.birth_date),
        ('phone', records.phone),
        ('email', records.email),
        ('province', records.province),
        ('sex', records.sex)
    ) as fields (field, value)
    where fields.value is not null

),

chosen as (

    select distinct on (component, field)
        component,
        field,
        value
    from fields_told
    group by component, field, value
    order by component, field, count(*) desc, value

),

final as (

    select
        chosen.component as record_id,
        max(value) filter (where field = 'name_words') as name_words,
        max(value) filter (where field = 'birth_date') as birth_date,
        max(value) filter (where field = 'phone') as phone,
        max(value) filter (where field = 'email') as email,
        max(value) filter (where field = 'province') as province,
        max(value) filter (where field = 'sex') as sex,
        max(checksums.told) as told,
        {{ next_batch(match_batch()) }} as batch
    from chosen
    inner join checksums on chosen.component = checksums.component
    group by chosen.component
    {%- if is_incremental() %}
    union all
    select known.component, null, null, null, null, null, null, null, null
    from known
    where not exists (select 1 from checksums where checksums.component = known.component)
    {%- endif %}

)

select * from final
