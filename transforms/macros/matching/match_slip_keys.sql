{#- The texts that a rule with 'slips_of' brings together, once each whoever holds them, with all that is left of one when
    a letter is left out: two texts a slip apart share one. `text_key` is the text's key in `blocks` (match_blocks of
    `terms`), whose batches tell which texts came, and which nobody holds any more: those go. -#}
{% macro match_slip_keys(terms, blocks, rules) -%}
{%- set slipping = [] -%}
{%- for rule in rules if rule.get('slips_of') %}{% do slipping.append(rule) %}{% endfor -%}
with
{%- if is_incremental() %}

touched as (

    select distinct key from {{ blocks }}
    where batch > {{ last_seen() }}
        and rule_number in (
            {%- for rule in slipping %}{{ match_rule_number(rules, rule) }}{{ ', ' if not loop.last }}{% endfor -%}
        )

),

known as (

    select distinct text_key
    from ({{ rows_of(this, 'text_key', 'touched', 'key') }}) as known

),

{#- One that holds the text, whoever it is. -#}
holders as (

    select distinct on (key) key, rule_number, record_id
    from ({{ rows_of(living(blocks), 'key', 'touched') }}) as holders
    order by key, record_id

),

their_terms as (

    {{ rows_of(living(terms), 'record_id', 'holders') }}

),

held as (

    select
        holders.key as text_key,
        holders.rule_number,
        case holders.rule_number
            {%- for rule in slipping %}
            when {{ match_rule_number(rules, rule) }} then their_terms.{{ rule['slips_of'] }}
            {%- endfor %}
        end as value
    from holders
    inner join their_terms on holders.record_id = their_terms.record_id

),

texts as (

    select held.*
    from held
    left join known on held.text_key = known.text_key
    where known.text_key is null

),
{%- else %}

texts as (

    {%- for rule in slipping %}
    select distinct on (text_key) *
    from (
        select
            hashtextextended({{ rule['slips_of'] }}, {{ match_rule_number(rules, rule) }}) as text_key,
            {{ match_rule_number(rules, rule) }}::smallint as rule_number,
            {{ rule['slips_of'] }} as value
        from {{ living(terms) }} as terms
        where {{ rule['slips_of'] }} is not null
    ) as texts_{{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),
{%- endif %}

final as (

    select
        texts.text_key,
        slips.slip_key,
        slips.is_whole,
        {{ newest_batch(blocks) }} as seen_batch
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
    select known.text_key, null, null, null
    from known
    where not exists (select 1 from held where held.text_key = known.text_key)
    {%- else %}
    {#- in the order in which those that are shared are looked for #}
    order by slip_key
    {%- endif %}

)

select * from final
{%- endmacro %}

{#- Up to which batch of a model before it a model without batches of its own had read. -#}
{% macro last_seen(column='seen_batch') -%}
    coalesce((select newest.{{ column }} from {{ this }} as newest order by newest.seen_batch desc limit 1), 0)
{%- endmacro %}

{#- Which of the rules, counted from 1, a rule is. -#}
{% macro match_rule_number(rules, rule) -%}
    {%- for listed in rules -%}
        {%- if listed.name == rule.name %}{{ return(loop.index) }}{% endif -%}
    {%- endfor -%}
{%- endmacro %}
