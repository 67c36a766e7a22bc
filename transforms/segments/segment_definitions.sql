{{ config(indexes=[{'columns': ['segment_id'], 'unique': True}]) }}

{#- Every segment with what it is: those of files (segment_list) and those that applications defined. A rule that does not
    fit the tables any more keeps its row, and a test warns of it. -#}
-- depends_on: {{ source('thau', 'segment_rules') }}
{%- for model in segment_rule_models() %}
-- depends_on: {{ ref(model) }}
{%- endfor %}
{%- set stored = stored_segments() %}
with listed as (

    {%- for segment in segment_list() %}
    select
        '{{ segment.id }}' as segment_id,
        {{ quoted(segment.name) }} as name,
        {{ quoted(segment.name_vi) }} as name_vi,
        {{ quoted(segment.description) }} as description,
        '{{ segment.purpose }}' as purpose,
        '{{ segment.get("contact_channel", "any") }}' as contact_channel,
        'file' as origin,
        null::text as author,
        null::jsonb as rule,
        null::jsonb as compiled,
        null::text as fault,
        {{ loop.index }} as position
    {%- if not loop.last or stored %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- for segment in stored %}
    select
        {{ quoted(segment.id) }},
        {{ quoted(segment.name) }},
        nullif({{ quoted(segment.name_vi) }}, ''),
        nullif({{ quoted(segment.description) }}, ''),
        {{ quoted(segment.purpose) }},
        {{ quoted(segment.contact_channel) }},
        'rule',
        {{ quoted(segment.author) }},
        {{ quoted(segment.rule) }}::jsonb,
        {{ quoted(tojson(segment.compiled)) }}::jsonb,
        nullif({{ quoted(segment.fault or '') }}, ''),
        {{ 1000 + loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{#- a file's segment of the same id comes first -#}
final as (

    select distinct on (segment_id) *
    from listed
    order by segment_id, position

)

select * from final
