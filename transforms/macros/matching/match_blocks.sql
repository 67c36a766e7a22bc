{#- One row per record and key of some rule. `rules`: [{'name', 'agrees': {column: lowest level that sharing a key implies},
    and one of 'key' (SQL of a text over the columns of match_terms), 'keys' (of a text[]), 'slips_of' (a column: values
    that are equal or a slip apart meet)}].
    Records of a key are counted before pairs are made: a key of more than `most` is not used, since it would bring pairs
    by the square and tells little; and of the others the largest are not as long as they would bring more than
    `most_pairs` pairs in all. Both say what is looked for, never what is found, and neither hangs on the order of
    arrival. A key is a number: two that meet by chance bring a pair that is compared and found to differ. -#}
{% macro match_blocks(terms, rules, most=100, most_pairs=3000000) -%}
{%- if is_incremental() %}
{#- One row keeps how many rows there are of each kind, so that they are not counted each time. -#}
with kept as materialized (

    select key, record_id, size_counts
    from {{ this }}
    where batch = {{ last_batch(this) }}
        and size_counts is not null

),

changed as (

    select * from {{ terms }}
    where batch > {{ last_read('seen_batch') }}

),

touched_records as (

    select distinct record_id from changed

),

{{ match_entries(living('changed'), rules) }},

their_keys as (

    {{ rows_of(this, 'record_id', 'touched_records') }}

),

touched_keys as (

    select key from their_keys
    union
    select key from entries
    union
    select key from kept

),

known as (

    {{ rows_of(this, 'key', 'touched_keys') }}

),

members as (

    select rule_number, key, record_id from entries
    union all
    select known.rule_number, known.key, known.record_id
    from known
    left join touched_records on known.record_id = touched_records.record_id
    where touched_records.record_id is null
        and known.is_current

),

counted as (

    select
        key,
        least(count(*), {{ most + 1 }})::integer as record_count
    from members
    group by key

),

held as materialized (

    select told.record_count, told.is_used, told.row_count
    from kept
    cross join lateral jsonb_to_recordset(kept.size_counts) as told (
        record_count integer, is_used boolean, row_count bigint
    )
    union all
    select record_count, is_used, count(*)
    from {{ this }}
    where is_current
        and not exists (select from kept)
    group by record_count, is_used

),

{#- How many keys have how many records: those that were, less the touched as they were, and the touched as they are. -#}
sizes as (

    select record_count, sum(key_count) as key_count
    from (
        select record_count, row_count / record_count as key_count
        from held
        where record_count <= {{ most }}
        union all
        select record_count, -count(*) / record_count from known
        where is_current and record_count <= {{ most }}
        group by record_count
        union all
        select record_count, count(*) from counted
        where record_count <= {{ most }}
        group by record_count
    ) as parts
    group by record_count

),
{%- else %}
with {{ match_entries(living(terms), rules) }},

members as not materialized (

    select * from entries

),

counted as (

    select
        key,
        least(count(*), {{ most + 1 }})::integer as record_count
    from members
    group by key

),

sizes as (

    select record_count, count(*) as key_count from counted
    where record_count <= {{ most }}
    group by record_count

),
{%- endif %}

largest as materialized (

    select coalesce(max(record_count), 1) as record_count
    from (
        select
            record_count,
            sum(key_count * record_count * (record_count - 1) / 2) over (order by record_count) as pair_count
        from sizes
    ) as summed
    where pair_count <= {{ most_pairs }}

),

{%- if is_incremental() %}

{#- Keys that nobody entered or left, and that became affordable, or are so no longer; on most days there are none. -#}
turned as (

    select named.*
    from {{ this }} as named
    where (
            select exists (
                select 1 from held
                where held.is_used <> (held.record_count <= (select largest.record_count from largest))
            )
        )
        and named.is_current
        and named.is_used <> (named.record_count <= (select largest.record_count from largest))
        and not exists (select 1 from touched_keys where touched_keys.key = named.key)

),
{%- endif %}

judged as (

    select
        members.rule_number,
        members.key,
        members.record_id,
        counted.record_count,
        counted.record_count <= (select largest.record_count from largest) as is_used
    from members
    inner join counted on members.key = counted.key
    {%- if is_incremental() %}
    union all
    select rule_number, key, record_id, record_count, not is_used
    from turned
    {%- endif %}

),

{%- if is_incremental() %}

batches as (

    select
        {{ batch_above(terms) }} as batch,
        {{ newest_batch(terms) }} as seen_batch

),

counted_rows as (

    select record_count, is_used, sum(row_count) as row_count
    from (
        select * from held
        union all
        select record_count, is_used, -1 from known
        where is_current
        union all
        select record_count, is_used, -1 from turned
        union all
        select record_count, is_used, 1 from judged
    ) as parts
    group by record_count, is_used
    having sum(row_count) <> 0

),

{#- The row that keeps the counts is written in each build, so that none keeps old ones. -#}
keeper as materialized (

    select judged.key, judged.record_id
    from judged
    left join kept on judged.key = kept.key and judged.record_id = kept.record_id
    order by kept.key, judged.key, judged.record_id
    limit 1

),

{#- `turned_batch`: since when the key is used, or is not, for records that were in it all the time. -#}
final as (

    select
        judged.rule_number,
        judged.key,
        judged.record_id,
        judged.record_count,
        judged.is_used,
        true as is_current,
        case when judged.is_used <> known.is_used then batches.batch else known.turned_batch end as turned_batch,
        case when keeper.key is not null then (select jsonb_agg(counted_rows) from counted_rows) end as size_counts,
        batches.batch,
        batches.seen_batch
    from judged
    left join (
        select key, record_id, record_count, is_used, turned_batch from known
        where is_current
        union all
        select key, record_id, record_count, is_used, turned_batch from turned
    ) as known
        on judged.key = known.key
        and judged.record_id = known.record_id
    left join keeper on judged.key = keeper.key and judged.record_id = keeper.record_id
    cross join batches
    where known.key is null
        or keeper.key is not null
        or judged.record_count <> known.record_count
        or judged.is_used <> known.is_used
    union all
    -- who left a key that others have goes; where nobody has it any more, the row says so
    select
        their_keys.rule_number,
        their_keys.key,
        their_keys.record_id,
        0,
        false,
        false,
        null,
        null,
        case when counted.key is null then batches.batch end,
        batches.seen_batch
    from their_keys
    left join counted on their_keys.key = counted.key
    cross join batches
    where their_keys.is_current
        and not exists (
            select 1 from entries
            where entries.key = their_keys.key and entries.record_id = their_keys.record_id
        )

)
{%- else %}

final as (

    select
        judged.*,
        true as is_current,
        null::bigint as turned_batch,
        null::jsonb as size_counts,
        {{ batch_above(terms) }} as batch,
        {{ newest_batch(terms) }} as seen_batch
    from judged

)
{%- endif %}

select * from final
{%- endmacro %}

{#- The CTE `entries`: every record of `terms` under each of its keys. -#}
{% macro match_entries(terms, rules) -%}
entries as (

    {%- for rule in rules %}
    select
        {{ loop.index }}::smallint as rule_number,
        {%- if rule.get('keys') %}
        hashtextextended(keyed.key, {{ loop.index }}) as key,
        terms.record_id
    from {{ terms }} as terms
    cross join lateral (
        select distinct listed.key from unnest({{ rule['keys'] }}) as listed (key)
    ) as keyed
    where keyed.key is not null
        {%- else %}
        hashtextextended({{ rule.get('slips_of') or rule.get('key') }}, {{ loop.index }}) as key,
        terms.record_id
    from {{ terms }} as terms
    where {{ rule.get('slips_of') or rule.get('key') }} is not null
        {%- endif %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)
{%- endmacro %}
