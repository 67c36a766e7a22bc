{#- One row per pair of records that share a key of some rule, with their levels and, per rule, whether it brought them.
    `rules`: [{'name', 'keys': SQL of a text[] over the columns of match_terms, 'agrees': {column: lowest level that
    sharing a key implies}}]. Keys are counted before pairs are made: one that more than `most` records share is left out,
    since it would bring pairs by the square and tells little; and of the others the largest are left out as long as
    they would bring more than `most_pairs` pairs in all. Both say what is looked for, never what is found. -#}
{% macro match_candidates(terms, comparisons, rules, most=100, most_pairs=3000000) -%}
with numbered as (

    select
        terms.*,
        (row_number() over (order by terms.record_id))::integer as number
    from {{ terms }} as terms

),

{#- A key of millions is a number: two that meet by chance bring a pair that is compared and found to differ. -#}
keys as materialized (

    {%- for rule in rules %}
    select
        {{ loop.index }}::smallint as rule_number,
        hashtextextended(keyed.key, {{ loop.index }}) as key,
        numbered.number
    from numbered
    cross join lateral (
        select distinct listed.key from unnest({{ rule['keys'] }}) as listed (key)
    ) as keyed
    where keyed.key is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as materialized (

    select key, count(*) as record_count
    from keys
    group by key
    having count(*) between 2 and {{ most }}

),

affordable as (

    select coalesce(max(record_count), 0) as record_count
    from (
        select
            record_count,
            sum(count(*) * record_count * (record_count - 1) / 2) over (order by record_count) as pair_count
        from counted
        group by record_count
    ) as sizes
    where pair_count <= {{ most_pairs }}

),

shared as materialized (

    select keys.*
    from keys
    inner join counted on keys.key = counted.key
    where counted.record_count <= (select affordable.record_count from affordable)

),

pairs as (

    select
        low.record_id as low_id,
        high.record_id as high_id,
        {%- for rule in rules %}
        found.by_{{ rule.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            low.number as low_number,
            high.number as high_number,
            {%- for rule in rules %}
            bool_or(low.rule_number = {{ loop.index }}) as by_{{ rule.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from shared as low
        inner join shared as high
            on low.key = high.key
            and low.number < high.number
        group by low.number, high.number
    ) as found
    inner join numbered as low on found.low_number = low.number
    inner join numbered as high on found.high_number = high.number

),

{%- set carried = [] -%}
{%- for rule in rules %}{% do carried.append('by_' ~ rule.name) %}{% endfor %}

{{ match_levels('pairs', terms, comparisons, carried) }}

select * from levels
{%- endmacro %}
