{{ config(enabled=var('identity_matching', true)) }}

{#- Who stands behind each component that identifiers alone made: per field the value its records tell most often. -#}
with told as (

    select
        records.component,
        fields.field,
        fields.value
    from {{ ref('match_records') }} as records
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
    from told
    group by component, field, value
    order by component, field, count(*) desc, value

),

final as (

    select
        component,
        max(value) filter (where field = 'name_words') as name_words,
        max(value) filter (where field = 'birth_date') as birth_date,
        max(value) filter (where field = 'phone') as phone,
        max(value) filter (where field = 'email') as email,
        max(value) filter (where field = 'province') as province,
        max(value) filter (where field = 'sex') as sex
    from chosen
    group by component

)

select * from final
