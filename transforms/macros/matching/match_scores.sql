{#- Every pair of `levels` with its weight in bits and the probability that the two records are one person. An equal
    value counts by how rare it is: its own share, less what is one person's, stands in the place of u. -#}
{% macro match_scores(terms, comparisons, parameters, carried=[]) -%}
weights as (

    select
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        array(
            select listed.weight from {{ parameters }} as listed
            where listed.column_name = '{{ column }}' order by listed.level
        ) as {{ column }},
        (
            select log(2, (listed.m * listed.observed_share / listed.u)::numeric)::double precision from {{ parameters }} as listed
            where listed.column_name = '{{ column }}' and listed.level = {{ match_kind(compared.kind).exact }}
        ) as {{ column }}__equal,
        {%- endfor %}
        (select weight from {{ parameters }} where column_name = '') as prior

),

weighed as (

    select
        {%- for column in ['low_id', 'high_id'] + carried %}
        levels.{{ column }},
        {%- endfor %}
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        levels.{{ column }},
        {%- endfor %}
        weights.prior
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        + case levels.{{ column }}
            when -1 then 0
            when {{ match_kind(compared.kind).exact }} then weights.{{ column }}__equal - ln(a.{{ column }}__share) / ln(2)
            else weights.{{ column }}[levels.{{ column }} + 1]
        end
        {%- endfor %} as weight
    from levels
    inner join {{ terms }} as a on levels.low_id = a.record_id
    cross join weights

),

scores as (

    select
        weighed.*,
        1 / (1 + power(2::double precision, -greatest(least(weight, 200), -200))) as probability
    from weighed

)
{%- endmacro %}
