{#- CTEs `…_shared` and `…_blocked`: which of the phones and emails of a CTE are parted among several people, and which are
    nobody's. In full they are few of all there are, which PostgreSQL would look up one by one for each row that tells a value. -#}
{% macro judged_values(name, cte, identities, identifiers) -%}
{%- set once = '' if is_incremental() else 'materialized ' -%}
{{ name }}_shared as {{ once }}(

    select distinct identifier_type || ':' || identifier_value as identifier_id
    from (
        {{ named_rows(identities, 'identifier_value', cte, 'identifier_value') }}
    ) as identities
    where is_shared

),

{{ name }}_blocked as {{ once }}(

    select identifier_id
    from (
        {{ named_rows(identifiers, 'identifier_id', cte, 'identifier_id') }}
    ) as identifiers
    where blocked_because is not null

)
{%- endmacro %}
