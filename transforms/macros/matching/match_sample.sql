{#- All pairs of `sample` records, with their levels: two people nearly always, so they tell how strangers resemble each
    other. Which records are drawn hangs on their ids alone; an incremental model compares anew those that tell
    otherwise, and those that come into the sample. -#}
{% macro match_sample(terms, comparisons, sample=400) -%}
with sampled as materialized (

    select
        terms.*
        {%- for compared in comparisons if compared.kind in ['name', 'text', 'email'] %},
        {{ match_bigrams('terms.' ~ compared.column) }} as {{ compared.column }}__bigrams
        {%- endfor %}
    from (
        select * from {{ living(terms) }} as terms
        order by md5(record_id::text) collate "C", record_id
        limit {{ sample }}
    ) as terms

),
{%- if is_incremental() %}

{#- Who is in it: everybody makes a pair with the first. -#}
first as materialized (

    select low_id, high_id
    from {{ this }}
    where low_id = (select min(lowest.low_id) from {{ this }} as lowest)

),

held as (

    select low_id as record_id from first
    union
    select high_id from first

),

touched as (

    select sampled.record_id
    from sampled
    left join held on sampled.record_id = held.record_id
    where held.record_id is null
        or sampled.{{ not_yet_seen() }}
    union all
    select held.record_id
    from held
    where not exists (select 1 from sampled where sampled.record_id = held.record_id)

),
{%- endif %}

pairs as (

    {%- if is_incremental() %}
    select distinct
        least(touched.record_id, others.record_id) as low_id,
        greatest(touched.record_id, others.record_id) as high_id
    from touched
    inner join sampled on touched.record_id = sampled.record_id
    inner join sampled as others on touched.record_id <> others.record_id
    {%- else %}
    select
        low.record_id as low_id,
        high.record_id as high_id
    from sampled as low
    inner join sampled as high on low.record_id < high.record_id
    {%- endif %}

),

{{ match_levels('pairs', 'sampled', comparisons, bigrams=true) }},

final as (

    select
        levels.*,
        {{ newest_batch(terms) }} as seen_batch
    from levels
    {%- if is_incremental() %}
    union all
    select
        known.low_id,
        known.high_id,
        {%- for compared in comparisons %}
        null,
        {%- endfor %}
        null
    from {{ this }} as known
    where not exists (select 1 from sampled where sampled.record_id = known.low_id)
        or not exists (select 1 from sampled where sampled.record_id = known.high_id)
    {%- endif %}

)

select * from final
{%- endmacro %}
