{#- The age band of a birth year, as demographic reports cut them. -#}
{% macro age_band(birth_year, as_of_on) -%}
    case
        when {{ birth_year }} is null then null
        when extract(year from {{ as_of_on }}) - {{ birth_year }} < 15 then 'under_15'
        when extract(year from {{ as_of_on }}) - {{ birth_year }} <= 25 then '15-25'
        when extract(year from {{ as_of_on }}) - {{ birth_year }} <= 34 then '26-34'
        when extract(year from {{ as_of_on }}) - {{ birth_year }} <= 50 then '35-50'
        else 'over_50'
    end
{%- endmacro %}

{#- How well a customer is understood: the seed `understanding_levels` states each rule in words. -#}
{% macro understanding_level(full_name, email, phone, order_count, touchpoint_count, feedback_count) -%}
    case
        when coalesce({{ full_name }}, {{ email }}, {{ phone }}) is null then 'see'
        when {{ order_count }} = 0 and {{ touchpoint_count }} < 5 then 'know'
        when {{ feedback_count }} = 0 then 'understand'
        else 'empathise'
    end
{%- endmacro %}

{#- What is not known of a customer, whatever their level. -#}
{% macro understanding_gaps(
    full_name, email, phone, birth_year, sex, province, order_count, touchpoint_count, feedback_count
) -%}
    to_jsonb(array_remove(array[
        case when {{ full_name }} is null then 'full_name' end,
        case when {{ phone }} is null then 'phone' end,
        case when {{ email }} is null then 'email' end,
        case when {{ birth_year }} is null then 'birth_date' end,
        case when {{ sex }} is null then 'sex' end,
        case when {{ province }} is null then 'province' end,
        case when {{ order_count }} = 0 then 'purchases' end,
        case when {{ touchpoint_count }} < 5 then 'behaviour' end,
        case when {{ feedback_count }} = 0 then 'feedback' end
    ], null))
{%- endmacro %}

{#- Which data would lift a customer to the next level: any one of them does. Empty at the highest. -#}
{% macro understanding_lifts(level) -%}
    case {{ level }}
        when 'see' then '["full_name", "phone", "email"]'::jsonb
        when 'know' then '["purchases", "behaviour"]'::jsonb
        when 'understand' then '["feedback"]'::jsonb
        else '[]'::jsonb
    end
{%- endmacro %}

{#- What a row of `customers` keeps of the levels of all, as rows. -#}
{% macro counted_levels(cte) -%}
    select told.understanding_level, told.understanding_gaps, told.customer_count
    from {{ cte }}
    cross join lateral jsonb_to_recordset({{ cte }}.level_counts) as told (
        understanding_level text, understanding_gaps jsonb, customer_count bigint
    )
{%- endmacro %}

{#- In `customers`, the CTE `counted`: what the last build left, less the touched as they were (`held`), and as they are
    (`levelled`). -#}
{% macro levels_counted() -%}
counted as (

    select understanding_level, understanding_gaps, sum(customer_count) as customer_count
    from (
        {{ counted_levels('counted_before') }}
        union all
        {#- where no row kept them, as after a build in full #}
        select understanding_level, understanding_gaps, count(*)
        from {{ this }}
        where not exists (select from counted_before)
        group by understanding_level, understanding_gaps
        union all
        select understanding_level, understanding_gaps, -1 from held
        union all
        select understanding_level, understanding_gaps, 1 from levelled
    ) as parts
    group by understanding_level, understanding_gaps
    having sum(customer_count) <> 0

)
{%- endmacro %}
