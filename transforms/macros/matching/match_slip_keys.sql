{#- The texts that a rule with 'slips_of' brings together, once each whoever holds them, with all that is left of one when
    a letter is left out: two texts a slip apart share one. `text_key` is the text's key in match_blocks. What no record
    holds any more goes. -#}
{% macro match_slip_keys(terms, rules) -%}
with held as (

    {%- set ns = namespace(is_first=true) %}
    {%- for rule in rules if rule.get('slips_of') %}
    select distinct on (text_key) *
    from (
        select
            hashtextextended({{ rule['slips_of'] }}, {{ match_rule_number(rules, rule) }}) as text_key,
            {{ match_rule_number(rules, rule) }}::smallint as rule_number,
            {{ rule['slips_of'] }} as value
        from {{ terms }}
        where {{ rule['slips_of'] }} is not null
    ) as texts_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),
{%- if is_incremental() %}

{#- `is_whole` marks one row per text. -#}
known as (

    select text_key from {{ this }}
    where is_whole

),

texts as (

    select held.*
    from held
    left join known on held.text_key = known.text_key
    where known.text_key is null

),
{%- else %}

texts as (

    select * from held

),
{%- endif %}

final as (

    select
        texts.text_key,
        slips.slip_key,
        slips.is_whole
    from texts
    cross join lateral (
        select
            hashtextextended(left(texts.value, left_out - 1) || substr(texts.value, left_out + 1), texts.rule_number) as slip_key,
            bool_or(left_out > length(texts.value)) as is_whole
        from generate_series(1, length(texts.value) + 1) as letters (left_out)
        group by slip_key
    ) as slips
    {%- if is_incremental() %}
    union all
    select known.text_key, null, null
    from known
    where not exists (select 1 from held where held.text_key = known.text_key)
    {%- endif %}

)

select * from final
{%- endmacro %}

{#- Which of the rules, counted from 1, a rule is. -#}
{% macro match_rule_number(rules, rule) -%}
    {%- for listed in rules -%}
        {%- if listed.name == rule.name %}{{ return(loop.index) }}{% endif -%}
    {%- endfor -%}
{%- endmacro %}
