{#- CTEs `…_shared` and `…_blocked`: which of the phones and emails of a CTE are parted among several people, and which are
    nobody's. -#}
{% macro judged_values(name, cte, identities, identifiers) -%}
{{ name }}_shared as (

    select distinct identifier_type || ':' || identifier_value as identifier_id
    from (
        {{ named_rows(identities, 'identifier_value', cte, 'identifier_value') }}
    ) as identities
    where is_shared

),

{{ name }}_blocked as (

    select identifier_id
    from (
        {{ named_rows(identifiers, 'identifier_id', cte, 'identifier_id') }}
    ) as identifiers
    where blocked_because is not null

)
{%- endmacro %}
