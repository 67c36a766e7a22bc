{#- Who meets the rule of each stored segment now. The SQL of a rule was compiled by the API under its author's role, with
    the rule's values written into it as literals; models are put in here. -#}
-- depends_on: {{ ref('segment_definitions') }}
{%- for model in segment_rule_models() %}
-- depends_on: {{ ref(model) }}
{%- endfor %}
{%- set rules = [] %}
{#- what a rule names others by #}
-- depends_on: {{ ref('consent_purposes') }}, {{ ref('permissions') }}
{%- if execute %}
    {%- for row in run_query(
        "select segment_id, compiled::text, purpose, contact_channel from " ~ ref('segment_definitions')
        ~ " where origin = 'rule' and fault is null order by position"
    ).rows %}
        {%- do rules.append({'id': row[0], 'compiled': fromjson(row[1]), 'purpose': row[2], 'contact_channel': row[3]}) %}
    {%- endfor %}
{%- endif %}
with claimed_by_files as (

    {{- claimed_by_files() }}

),

{% for rule in rules -%}
rule_{{ loop.index }} as (

    {% set before = loop.index0 %}
    {%- for part in rule.compiled.parts %}
    {%- if part is string %}{{ part }}
    {%- elif part.model == 'segments' %}(select segment_id from {{ ref('segment_definitions') }})
    {%- elif part.model == 'segment_members' %}(
        {%- set claimed %}(
            select * from claimed_by_files
            {%- for earlier in rules[:before] %}
            union all
            select {{ quoted(earlier.id) }}, customer_id, null, {{ quoted(earlier.purpose) }}, {{ quoted(earlier.contact_channel) }}
            from rule_{{ loop.index }}
            {%- endfor %}
        ){% endset %}
        select members.*, null::timestamptz as left_at from ({{ with_consent(claimed) }}) as members
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
