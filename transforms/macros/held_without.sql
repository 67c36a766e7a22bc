{#- CTE `emptied`: the customers that `this` holds rows of and the relation none. What went is not written there, so that
    no batch tells of it. -#}
{% macro held_without(relation) -%}
held_customers as (

    select distinct customer_id
    from {{ this }}

),

emptied as (

    select held_customers.customer_id
    from held_customers
    where not exists (
        select 1
        from {{ ref(relation) }} as there
        where there.customer_id = held_customers.customer_id
    )

)
{%- endmacro %}
