{#- Every pair of `levels` with its weight in bits and the probability that the two records are one person. An equal
    value counts by how rare it is: its own share of all records, as they are now, stands in the place of u. Of a probability below `at_least` none is told. -#}
{% macro match_scores(terms, comparisons, parameters, carried=[], at_least=none) -%}
filled as (

    select
        {%- for compared in comparisons %}
        count({{ compared.column }})::double precision as {{ compared.column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ living(terms) }}

),

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
{%- if at_least is not none %}

{#- Those that the rarest of values could lift so high: of the others no value is counted. -#}
possible as (

    select levels.*
    from levels
    cross join weights
    cross join filled
    where weights.prior
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        + case levels.{{ column }}
            when -1 then 0
            when {{ match_kind(compared.kind).exact }} then weights.{{ column }}__equal + ln(greatest(filled.{{ column }}, 1)) / ln(2)
            else weights.{{ column }}[levels.{{ column }} + 1]
        end
        {%- endfor %} >= ln({{ at_least }} / (1 - {{ at_least }})) / ln(2) - 0.001

),
{%- endif %}

valued as (

    select
        levels.*
        {%- for compared in comparisons %}
        {%- set column = compared.column %},
        case when levels.{{ column }} = {{ match_kind(compared.kind).exact }} then a.{{ column }} end as {{ column }}__value
        {%- endfor %}
    from {{ 'levels' if at_least is none else 'possible' }} as levels
    inner join {{ living(terms) }} as a on levels.low_id = a.record_id

),
{%- for compared in comparisons %}
{%- set column = compared.column %}

{{ column }}_shares as (

    select
        terms.{{ column }},
        count(*) / max(filled.{{ column }}) as share
    from {{ living(terms) }} as terms
    cross join filled
    where terms.{{ column }} in (select valued.{{ column }}__value from valued)
    group by terms.{{ column }}

),
{%- endfor %}

weighed as (

    select
        {%- for column in ['low_id', 'high_id'] + carried %}
        valued.{{ column }},
        {%- endfor %}
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        valued.{{ column }},
        {%- endfor %}
        weights.prior
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        + case valued.{{ column }}
            when -1 then 0
            when {{ match_kind(compared.kind).exact }} then weights.{{ column }}__equal - ln({{ column }}_shares.share) / ln(2)
            else weights.{{ column }}[valued.{{ column }} + 1]
        end
        {%- endfor %} as weight
    from valued
    {%- for compared in comparisons %}
    left join {{ compared.column }}_shares on valued.{{ compared.column }}__value = {{ compared.column }}_shares.{{ compared.column }}
    {%- endfor %}
    cross join weights

),

scores as (

    select *
    from (
        select
            weighed.*,
            1 / (1 + power(2::double precision, -greatest(least(weight, 200), -200))) as probability
        from weighed
    ) as weighed
    {%- if at_least is not none %}
    where probability >= {{ at_least }}
    {%- endif %}

)
{%- endmacro %}
