{#- Survivorship: of all that was told of a field, the value to believe. First values nobody else uses, and never a blocked
    one; then up to three rules in the order that the seed `field_rules` gives for the field:
    - priority: the source believed most (seed `field_priorities`; a source it does not name comes last);
    - completeness: a full name with accents before a short one in capitals;
    - recency: what was told last.
    What is left is settled by priority, recency, how often it was told and the value itself, so that a build is
    repeatable. One query without a shared part, so that it can be asked of one customer alone. -#}
{% macro survivors(statements, condition, priorities, rules) -%}
    select distinct on (customer_id, field)
        customer_id,
        field,
        value,
        source,
        told_count,
        first_told_at,
        last_told_at,
        count(*) over (partition by customer_id, field)::integer as candidate_count
    from (
        select
            told.customer_id,
            told.field,
            told.value,
            told.source,
            told.is_shared,
            told.told_count,
            told.first_told_at,
            told.last_told_at,
            rules.first_rule,
            rules.second_rule,
            rules.third_rule,
            coalesce(priorities.priority, 99) as priority,
            case
                when told.field <> 'full_name' then 0
                else
                    2 * least(array_length(string_to_array(told.value, ' '), 1), 4)
                    + (told.value ~ '[^ -~]')::integer
                    + 2 * (told.value <> upper(told.value) and told.value <> lower(told.value))::integer
            end as completeness
        from (
            select
                customer_id,
                field,
                value,
                source,
                bool_or(is_shared) as is_shared,
                count(*)::integer as told_count,
                min(told_at) as first_told_at,
                max(told_at) as last_told_at
            from {{ statements }}
            where not is_blocked
                and {{ condition }}
            group by customer_id, field, value, source
        ) as told
        left join {{ priorities }} as priorities
            on told.source = priorities.source
            and case when told.field like 'birth%' then 'birth' else told.field end = priorities.field
        left join {{ rules }} as rules
            on case when told.field like 'birth%' then 'birth' else told.field end = rules.field
    ) as ranked
    order by
        customer_id,
        field,
        is_shared,
        {%- for rule in ['first_rule', 'second_rule', 'third_rule'] %}
        case {{ rule }}
            when 'priority' then priority
            when 'completeness' then -completeness
            when 'recency' then -extract(epoch from last_told_at)
        end,
        {%- endfor %}
        priority,
        last_told_at desc,
        told_count desc,
        value
{%- endmacro %}
