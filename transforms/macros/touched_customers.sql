{#- CTE `touched`: the customers who have a row that `relation` wrote after the batch `seen`, or lost one to such a build: what
    goes, or is another's now, is told by `lost_by` of what is written. A table built in full tells of nobody who is not in
    it; then all that are held here are named. -#}
{% macro touched_customers(relation, seen) -%}
touched as materialized (

    select customer_id
    from {{ relation }}
    where {{ above(seen) }}
        and customer_id is not null
    union
    select unnest(lost_by)
    from {{ relation }}
    where {{ above(seen) }}
    union
    select customer_id
    from {{ this }}
    where {{ is_built_since(relation, seen) }}

)
{%- endmacro %}

{#- Whether all rows of a relation were written after `seen`, the highest batch of it that this model has read. -#}
{% macro is_built_since(relation, seen) -%}
(select oldest.batch from {{ relation }} as oldest order by oldest.batch limit 1) > {{ seen }}
{%- endmacro %}

{#- CTE `touched` of a model with rows of customers: of whom something was written since it last looked. -#}
{% macro changed_customers(changes) -%}
touched as (

    select customer_id from {{ changes }}
    where {{ above(last_read('seen_batch')) }}

)
{%- endmacro %}

{#- Of an increment, the same columns of customers of whom nothing of that kind was written, as a CTE holds them. -#}
{% macro taken_over(cte) -%}
    {%- if is_incremental() -%}
    union all
    select customer_id, {{ varargs | join(', ') }}
    from {{ cte }}
    {%- endif -%}
{%- endmacro %}
