{#- One row per record of `relation`: each compared value as lower-case text with what it is compared by, and the share
    of all records that have it. `comparisons`: [{'column', 'kind', 'crossed_with' (names)}]. -#}
{% macro match_terms(relation, id, comparisons) -%}
with records as (

    select
        {{ id }} as record_id,
        {%- for compared in comparisons %}
        nullif(btrim(lower({{ compared.column }}::text)), '') as {{ compared.column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}

),

{%- for compared in comparisons %}
{%- set column = compared.column %}

{{ column }}_terms as (

    select
        {{ column }},
        count(*)::double precision / sum(count(*)) over () as share,
        {%- if compared.kind == 'date' %}
        {{ match_day(column) }} as day,
        {%- endif %}
        {{ match_bigrams(column) if compared.kind in ['name', 'text', 'email'] else 'null::text[]' }} as bigrams
    from records
    where {{ column }} is not null
    group by {{ column }}

),
{%- endfor %}

final as (

    select
        records.record_id,
        {%- for compared in comparisons %}
        {%- set column = compared.column %}
        records.{{ column }},
        {{ column }}_terms.share as {{ column }}__share,
        {%- if compared.kind == 'date' %}
        {{ column }}_terms.day as {{ column }}__day,
        {%- endif %}
        {{ column }}_terms.bigrams as {{ column }}__bigrams{{ ',' if not loop.last }}
        {%- endfor %}
    from records
    {%- for compared in comparisons %}
    left join {{ compared.column }}_terms on records.{{ compared.column }} = {{ compared.column }}_terms.{{ compared.column }}
    {%- endfor %}

)

select * from final
{%- endmacro %}
