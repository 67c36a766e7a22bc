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

held as (

    select low_id as record_id from {{ this }}
    union
    select high_id from {{ this }}

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

    select
        low.record_id as low_id,
        high.record_id as high_id
    from sampled as low
    inner join sampled as high on low.record_id < high.record_id
    {%- if is_incremental() %}
    where low.record_id in (select touched.record_id from touched)
        or high.record_id in (select touched.record_id from touched)
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
