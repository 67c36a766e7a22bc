{#- The parameters of Fellegi and Sunter's model: one row per comparison and level with `m`, the probability of the level
    among pairs of one person, and `u`, that among pairs of two; and one row ('', 0) whose m is the share of all pairs
    that are one person.
    - u: equality from the values' frequencies, exactly; the other levels from the pairs of `sample` (match_sample), which are
      two people nearly always.
    - m: by EM over the patterns of candidate pairs, rule by rule, without the columns the rule itself demands; the
      rules' answers are averaged by the pairs of one person they saw.
    - the share of matches: what each rule found, divided by how often one person's records meet its demands; what fewer
      than a tenth of them tell is no measure of all. -#}
{% macro match_parameters(terms, candidates, sample, comparisons, rules, rounds=3) -%}
{%- set schema = var('functions_schema', 'functions') -%}
{%- set columns = comparisons | map(attribute='column') | list -%}
with all_records as materialized (

    select count(*)::double precision as records from {{ living(terms) }} as terms

),

{#- Of each comparison how many records hold each value, in one pass: `part` has a bit for every column but its own. -#}
values_held as (

    select
        grouping({{ columns | join(', ') }}) as part,
        count(*) as held
    from {{ living(terms) }} as terms
    group by grouping sets (({{ columns | join('), (') }}))
    having num_nonnulls({{ columns | join(', ') }}) = 1

),

held_by_part as (

    select
        part,
        sum(held) as filled,
        sum(held * (held - 1)) as equal_pairs
    from values_held
    group by part

),

equal_values as (

    select
        parts.comparison,
        coalesce(held_by_part.equal_pairs / nullif(held_by_part.filled * (held_by_part.filled - 1), 0), 0)
            ::double precision as chance,
        coalesce(held_by_part.filled, 0)::double precision / greatest(all_records.records, 1) as filled
    from (
        values
        {%- for compared in comparisons %}
        ({{ loop.index }}, {{ 2 ** (columns | length) - 1 - 2 ** (columns | length - loop.index) }})
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as parts (comparison, part)
    cross join all_records
    left join held_by_part on parts.part = held_by_part.part

),

{#- Half a pair more per level: a level that the sample never showed is rare, not impossible. -#}
unequal_levels as (
    {%- for compared in comparisons %}
    {%- set kind = match_kind(compared.kind) %}

    select
        {{ loop.index }} as comparison,
        wanted.level,
        (coalesce(shown.pair_count, 0) + 0.5) / sum(coalesce(shown.pair_count, 0) + 0.5) over () as chance
    from unnest(array{{ range(kind.levels) | reject('equalto', kind.exact) | list }}) as wanted (level)
    left join (
        select {{ compared.column }} as level, count(*) as pair_count
        from {{ sample }}
        group by {{ compared.column }}
    ) as shown on wanted.level = shown.level
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{#- How often each level is seen among all pairs. -#}
observed as (

    select
        unequal_levels.comparison,
        unequal_levels.level,
        (unequal_levels.chance * (1 - equal_values.chance))::double precision as share
    from unequal_levels
    inner join equal_values on unequal_levels.comparison = equal_values.comparison
    union all
    {%- for compared in comparisons %}
    select {{ loop.index }}, {{ match_kind(compared.kind).exact }}, greatest(chance, 1e-12)
    from equal_values
    where comparison = {{ loop.index }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as (

    select
        {%- for compared in comparisons %}
        {{ compared.column }},
        {%- endfor %}
        {%- for rule in rules %}
        by_{{ rule.name }},
        {%- endfor %}
        count(*) as pair_count
    from {{ candidates }}
    group by {{ range(1, comparisons | length + rules | length + 1) | join(', ') }}

),

patterns as (
    {%- for rule in rules %}

    select
        {{ loop.index }} as rule_number,
        array[{% for compared in comparisons %}{{ compared.column if compared.column not in rule.agrees else -1 }}{{ ', ' if not loop.last }}{% endfor %}]::integer[] as pattern,
        sum(pair_count)::bigint as pair_count
    from counted
    where by_{{ rule.name }}
    group by 2
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

pairs_seen as (

    select
        coalesce(array_agg(rule_number order by rule_number, pattern), '{}') as rule_numbers,
        coalesce(array_agg(pattern order by rule_number, pattern), '{}') as seen,
        coalesce(array_agg(pair_count order by rule_number, pattern), '{}') as pair_counts
    from patterns

),

{#- What all pairs show is the matches' part and the others': once the matches are known, theirs is taken away. In a file
    that holds everybody once that changes nothing; where people stand four times each it is most of the equal emails. -#}
by_chance_1 as (

    select comparison, level, share as u from observed

),
{%- for round in range(1, rounds + 1) %}

learned_{{ round }} as (

    select fitted.*
    from (
        select
            array_agg(comparison order by comparison, level) as comparisons,
            array_agg(level order by comparison, level) as levels,
            array_agg(u order by comparison, level) as chances
        from by_chance_{{ round }}
    ) as known
    cross join pairs_seen
    cross join lateral {{ schema }}.fellegi_sunter(
        known.comparisons, known.levels, known.chances,
        pairs_seen.rule_numbers, pairs_seen.seen, pairs_seen.pair_counts
    ) as fitted

),

found_{{ round }} as (
    {%- for rule in rules %}

    select
        coalesce((
            select match_count from learned_{{ round }} where comparison = 0 and level = {{ loop.index }}
        ), 0) as match_count,
        1.0
        {%- for column, lowest in rule.agrees.items() %}
        {%- set position = match_position(comparisons, column) %}
        * (select sum(m) from learned_{{ round }} where comparison = {{ position }} and level >= {{ lowest }})
        * (select filled * filled from equal_values where comparison = {{ position }})
        {%- endfor %} as coverage
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

prior_{{ round }} as (

    select
        least(greatest(
            coalesce(
                percentile_cont(0.5) within group (order by match_count / coverage) filter (where coverage >= 0.1),
                max(match_count) / 0.1
            ) / greatest(all_records.records * (all_records.records - 1) / 2, 1), 1e-9
        ), 0.5) as share
    from found_{{ round }}
    cross join all_records
    group by all_records.records

),

by_chance_{{ round + 1 }} as (

    select
        observed.comparison,
        observed.level,
        greatest(
            (observed.share - prior_{{ round }}.share * learned_{{ round }}.m) / (1 - prior_{{ round }}.share),
            observed.share / 1000, 1e-12
        ) as u
    from observed
    inner join learned_{{ round }}
        on observed.comparison = learned_{{ round }}.comparison
        and observed.level = learned_{{ round }}.level
    cross join prior_{{ round }}

),
{%- endfor %}

final as (

    select
        names.column_name,
        learned_{{ rounds }}.level,
        learned_{{ rounds }}.m,
        by_chance_{{ rounds }}.u,
        observed.share as observed_share,
        log(2, (learned_{{ rounds }}.m / by_chance_{{ rounds }}.u)::numeric)::double precision as weight
    from learned_{{ rounds }}
    inner join by_chance_{{ rounds }}
        on learned_{{ rounds }}.comparison = by_chance_{{ rounds }}.comparison
        and learned_{{ rounds }}.level = by_chance_{{ rounds }}.level
    inner join observed
        on learned_{{ rounds }}.comparison = observed.comparison
        and learned_{{ rounds }}.level = observed.level
    inner join (
        values
        {%- for compared in comparisons %}
        ({{ loop.index }}, '{{ compared.column }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as names (comparison, column_name)
        on learned_{{ rounds }}.comparison = names.comparison
    union all
    select
        '',
        0,
        share,
        1 - share,
        share,
        log(2, (share / (1 - share))::numeric)::double precision
    from prior_{{ rounds }}

)

select * from final
{%- endmacro %}

{#- Which of the comparisons, counted from 1, a column is. -#}
{% macro match_position(comparisons, column) -%}
    {%- for compared in comparisons -%}
        {%- if compared.column == column %}{{ return(loop.index) }}{% endif -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("A rule names the column '" ~ column ~ "', which is not compared.") }}
{%- endmacro %}
