{#- segment_list() is where a segment says what it is for: a file that is not there would have no members, and nobody would
    know. -#}
{%- set listed = segment_list() | map(attribute='id') | list -%}
{%- set forgotten = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name.startswith('segment_')
            and 'reason' in node.columns and 'segment_id' not in node.columns
            and node.name[8:] not in listed -%}
        {%- do forgotten.append(node.name) -%}
    {%- endfor -%}
{%- endif -%}
{%- for name in forgotten %}
select '{{ name }}' as forgotten
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- if not forgotten %}
select null::text as forgotten
where false
{%- endif %}
