{#- Who meets the rule of each stored segment now. The SQL of a rule was compiled by the API under its author's role, with
    the rule's values written into it as literals; models are put in here. -#}
-- depends_on: {{ ref('segment_definitions') }}
{%- for model in segment_rule_models() %}
-- depends_on: {{ ref(model) }}
{%- endfor %}
{%- set rules = [] %}
{%- if execute %}
    {%- for row in run_query(
        "select segment_id, compiled::text from " ~ ref('segment_definitions')
        ~ " where origin = 'rule' and fault is null order by position"
    ).rows %}
        {%- do rules.append({'id': row[0], 'compiled': fromjson(row[1])}) %}
    {%- endfor %}
{%- endif %}
with segments_of_files as (

    {%- for segment in segment_list() %}
    select '{{ segment.id }}' as segment_id, customer_id
    from {{ ref('segment_' ~ segment.id) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{% for rule in rules -%}
rule_{{ loop.index }} as (

    {% set before = loop.index0 %}
    {%- for part in rule.compiled.parts %}
    {%- if part is string %}{{ part }}
    {%- elif part.model == 'segments' %}(select segment_id from {{ ref('segment_definitions') }})
    {%- elif part.model == 'segment_members' %}(
        select segment_id, customer_id, null::timestamptz as left_at from segments_of_files
        {%- for earlier in rules[:before] %}
        union all
        select {{ quoted(earlier.id) }}, customer_id, null from rule_{{ loop.index }}
        {%- endfor %}
    )
    {%- else %}{{ ref(part.model) }}
    {%- endif %}
    {%- endfor %}

),

{% endfor -%}
final as (

    select null::text as segment_id, null::bigint as customer_id, null::text as reason
    where false
    {%- for rule in rules %}
    union all
    select {{ quoted(rule.id) }}, customer_id, 'meets the rule'
    from rule_{{ loop.index }}
    {%- endfor %}

)

select * from final
