{#- One row per pair of records that share a used key of some rule (match_blocks) or a text a slip apart (match_slip_keys),
    with their levels and, per rule, whether it brought them. An incremental model works out anew the pairs of records that
    tell otherwise, are gone, or whose keys began or ceased to be used. -#}
{% macro match_candidates(terms, blocks, slip_keys, comparisons, rules) -%}
{%- set by_rule = [] -%}
{%- for rule in rules %}{% do by_rule.append('by_' ~ rule.name) %}{% endfor -%}
{%- set slipping = [] -%}
{%- for rule in rules if rule.get('slips_of') %}{% do slipping.append(match_rule_number(rules, rule)) %}{% endfor -%}
with used as not materialized (

    select rule_number, key, record_id, record_count
    from {{ blocks }}
    where is_used

),
{%- if is_incremental() %}

looked as materialized (

    select seen_batch, blocks_batch from {{ this }}
    order by seen_batch desc, blocks_batch desc
    limit 1

),

touched as (

    select record_id from {{ terms }}
    where batch > coalesce((select looked.seen_batch from looked), 0)
    union
    select record_id from {{ blocks }}
    where turned_batch > coalesce((select looked.blocks_batch from looked), 0)

),

entries as (

    select rule_number, key, record_id
    from ({{ rows_of(blocks, 'record_id', 'touched') }}) as entries
    where is_used

),
{%- if slipping %}

slipping as (

    select rule_number, key, record_id from entries
    where rule_number in ({{ slipping | join(', ') }})

),

own_slips as (

    {{ rows_of(slip_keys, 'text_key', 'slipping', 'key') }}

),

near as (

    select distinct
        slipping.rule_number,
        slipping.record_id,
        others.text_key as key
    from slipping
    inner join own_slips on slipping.key = own_slips.text_key
    inner join ({{ rows_of(slip_keys, 'slip_key', 'own_slips') }}) as others
        on own_slips.slip_key = others.slip_key
        and own_slips.text_key <> others.text_key

),
{%- endif %}

met as (

    select
        entries.rule_number,
        entries.record_id as one_id,
        others.record_id as other_id
    from entries
    inner join ({{ rows_of('used', 'key', 'entries') }}) as others on entries.key = others.key
    {%- if slipping %}
    union all
    select
        near.rule_number,
        near.record_id,
        others.record_id
    from near
    inner join ({{ rows_of('used', 'key', 'near') }}) as others on near.key = others.key
    {%- endif %}

),
{%- else %}
{%- if slipping %}

shared_slips as (

    select text_key, slip_key from {{ slip_keys }}
    where slip_key in (
        select slip_key from {{ slip_keys }}
        group by slip_key
        having count(*) > 1
    )

),

near as (

    select distinct
        one.text_key as one_key,
        other.text_key as other_key
    from shared_slips as one
    inner join shared_slips as other
        on one.slip_key = other.slip_key
        and one.text_key < other.text_key

),
{%- endif %}

met as (

    select
        one.rule_number,
        one.record_id as one_id,
        other.record_id as other_id
    from used as one
    inner join used as other
        on one.key = other.key
        and one.record_id < other.record_id
    where one.record_count > 1
        and other.record_count > 1
    {%- if slipping %}
    union all
    select
        one.rule_number,
        one.record_id,
        other.record_id
    from near
    inner join used as one on near.one_key = one.key
    inner join used as other on near.other_key = other.key
    {%- endif %}

),
{%- endif %}

pairs as (

    select
        least(one_id, other_id) as low_id,
        greatest(one_id, other_id) as high_id,
        {%- for rule in rules %}
        bool_or(rule_number = {{ loop.index }}) as by_{{ rule.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from met
    where one_id <> other_id
    group by 1, 2

),

{%- if is_incremental() %}

ends as (

    select low_id as record_id from pairs
    union
    select high_id from pairs

),

compared as (

    {{ rows_of(living(terms), 'record_id', 'ends') }}

),

{{ match_levels('pairs', 'compared', comparisons, by_rule) }},
{%- else %}

{{ match_levels('pairs', living(terms), comparisons, by_rule) }},
{%- endif %}

final as (

    select
        levels.*,
        {{ newest_batch(terms) }} as seen_batch,
        {{ newest_batch(blocks) }} as blocks_batch
    from levels
    {%- if is_incremental() %}
    union all
    select
        known.low_id,
        known.high_id,
        {%- for column in by_rule + (comparisons | map(attribute='column') | list) %}
        null,
        {%- endfor %}
        null,
        null
    from (
        select * from ({{ rows_of(this, 'low_id', 'touched', 'record_id') }}) as from_low
        union
        select * from ({{ rows_of(this, 'high_id', 'touched', 'record_id') }}) as from_high
    ) as known
    where not exists (
        select 1 from levels
        where levels.low_id = known.low_id and levels.high_id = known.high_id
    )
    {%- endif %}

)

select * from final
{%- endmacro %}
