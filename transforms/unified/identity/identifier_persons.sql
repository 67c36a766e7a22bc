{#- Families share a phone, couples a browser: where names that cannot be one person's meet at a phone, an email or a
    browser, the identifier is split, one part per person. Strong identifiers are never split. -#}
with labelled as (

    select * from {{ ref('identifier_names') }}

),

{#- "nguyen an" stands under "nguyen van an"; follow one step more, so that a label is its own label. -#}
settled as (

    select
        labelled.identifier_type,
        labelled.identifier_value,
        labelled.name_key,
        coalesce(next_step.person_label, labelled.person_label) as person_label
    from labelled
    left join labelled as next_step
        on labelled.identifier_type = next_step.identifier_type
        and labelled.identifier_value = next_step.identifier_value
        and labelled.person_label = next_step.name_key

),

final as (

    select
        settled.identifier_type,
        settled.identifier_value,
        settled.name_key,
        settled.person_label,
        count(*) over (
            partition by settled.identifier_type, settled.identifier_value
        ) as name_count,
        dense_rank() over (
            partition by settled.identifier_type, settled.identifier_value
            order by settled.person_label
        ) + dense_rank() over (
            partition by settled.identifier_type, settled.identifier_value
            order by settled.person_label desc
        ) - 1 as person_count
    from settled

)

select * from final
