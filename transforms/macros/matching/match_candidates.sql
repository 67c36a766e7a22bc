{#- One row per pair of records that share a key of some rule, with their levels and, per rule, whether it brought them.
    `rules`: [{'name', 'keys': SQL of a text[] over the columns of match_terms, 'agrees': {column: lowest level that
    sharing a key implies}}]. A key that more than `most` records share is left out: it would bring pairs by the square
    and tells little. -#}
{% macro match_candidates(terms, comparisons, rules, most=100) -%}
with keys as (

    {%- for rule in rules %}
    select
        {{ loop.index }} as rule_number,
        keyed.key,
        terms.record_id
    from {{ terms }} as terms
    cross join lateral (
        select distinct listed.key from unnest({{ rule['keys'] }}) as listed (key)
    ) as keyed
    where keyed.key is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as (

    select
        keys.*,
        count(*) over (partition by rule_number, key) as record_count
    from keys

),

pairs as (

    select
        low.record_id as low_id,
        high.record_id as high_id,
        {%- for rule in rules %}
        bool_or(low.rule_number = {{ loop.index }}) as by_{{ rule.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from counted as low
    inner join counted as high
        on low.rule_number = high.rule_number
        and low.key = high.key
        and low.record_id < high.record_id
    where low.record_count between 2 and {{ most }}
    group by low.record_id, high.record_id

),

{%- set carried = [] -%}
{%- for rule in rules %}{% do carried.append('by_' ~ rule.name) %}{% endfor %}

{{ match_levels('pairs', terms, comparisons, carried) }}

select * from levels
{%- endmacro %}
