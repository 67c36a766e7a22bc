{#- The CTEs `own_levels` and `levels`: every pair of the CTE or relation `pairs` (low_id, high_id and what else it has)
    with one smallint per comparison. Names that agree better crosswise than straight get the level of swapped names. -#}
{% macro match_levels(pairs, terms, comparisons, carried=[], bigrams=false) -%}
own_levels as (

    select
        {%- for column in ['low_id', 'high_id'] + carried %}
        pairs.{{ column }},
        {%- endfor %}
        {%- for compared in comparisons %}
        {{ match_level(compared.kind, compared.column, compared.column, bigrams) }} as {{ compared.column }},
        {%- if compared.crossed_with %}
        {{ match_level(compared.kind, compared.column, compared.crossed_with, bigrams) }} as {{ compared.column }}__crossed,
        {%- endif %}
        {%- endfor %}
        null as no_more
    from {{ pairs }} as pairs
    inner join {{ terms }} as a on pairs.low_id = a.record_id
    inner join {{ terms }} as b on pairs.high_id = b.record_id

),

levels as (

    select
        {%- for column in ['low_id', 'high_id'] + carried %}
        {{ column }},
        {%- endfor %}
        {%- for compared in comparisons %}
        {%- set own = compared.column %}
        {%- if compared.crossed_with %}
        {%- set other = compared.crossed_with %}
        case
            when
                greatest({{ own }}__crossed, {{ other }}__crossed) >= 2
                and greatest({{ own }}__crossed, 0) + greatest({{ other }}__crossed, 0)
                > greatest({{ own }}, 0) + greatest({{ other }}, 0)
                then case when {{ own }}__crossed >= 2 then 4 else {{ own }}__crossed end
            else {{ own }}
        end::smallint as {{ own }}
        {%- else %}
        {{ own }}::smallint as {{ own }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from own_levels

)
{%- endmacro %}
