{{ config(
    enabled=var('identity_matching', true),
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='record_id',
    indexes=[
        {'columns': ['record_id'], 'unique': True},
        {'columns': ['batch']}
    ]
) }}

{#- Who stands behind each component that identifiers alone made: per field the value its records tell most often. A component
    of which no record tells any more stays as a row that says so. -#}
{%- set records = living(ref('match_records')) -%}
{%- set fields = ['name_words', 'birth_date', 'phone', 'email', 'province', 'sex'] -%}
with
{%- if is_incremental() %}

touched as (

    select distinct component from {{ ref('match_records') }}
    where batch > {{ last_read('seen_batch') }}

),

records as (

    {{ rows_of(records, 'component', 'touched') }}

),

known as (

    {{ rows_of(this, 'record_id', 'touched', 'component') }}

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
        {%- for field in fields %}
        ('{{ field }}', records.{{ field }}){{ ',' if not loop.last }}
        {%- endfor %}
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

told as (

    select
        component as record_id
        {%- for field in fields %},
        max(value) filter (where field = '{{ field }}') as {{ field }}
        {%- endfor %}
    from chosen
    group by component

),

{%- set written %}
        {{ next_batch(match_batch()) }} as batch,
        {{ newest_batch(ref('match_records')) }} as seen_batch
{%- endset %}
final as (

    select
        told.*,
        true as is_current,
        {{- written }}
    from told
    {%- if is_incremental() %}
    left join known on told.record_id = known.record_id
    where known.is_current is not true
        or {{ any_differs('told', 'known', fields) }}
    union all
    select
        known.record_id,
        {%- for field in fields %}
        null,
        {%- endfor %}
        false,
        {{- written }}
    from known
    where known.is_current
        and not exists (select 1 from told where told.record_id = known.record_id)
    {%- endif %}

)

select * from final
