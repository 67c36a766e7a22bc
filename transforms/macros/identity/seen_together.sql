{#- In `identity_records`: CTE `<name>`, a record of each combination of `columns` in a source's events, of which the first
    column is never empty. An increment reads the events that were written since, which can only be more of a record or
    the first of it, unless a delivery was set aside: of that event another counts, so it is no longer what it was. A
    record of which the first event may have gone so (`<name>_doubted`) is counted anew from all of its events; of these
    no index tells, so only then are they searched. A record of which none is left says nothing. -#}
{% macro seen_together(name, staging, source, record_type, columns) -%}
{%- set delivered = ref(staging | replace('stg_', 'base_')) -%}
{%- set listed = columns | join(', ') -%}
{%- set record_id = "md5(concat_ws('|', " ~ listed ~ "))" -%}
{%- set seen -%}
    select
        {{ listed }},
        {{ record_id }} as record_id,
        min(occurred_at) as seen_at,
        max(loaded_at) as loaded_at,
        max(batch) as read_batch
{%- endset -%}
{%- if not is_incremental() or compares_all() -%}
{{ name }} as (

    {{ seen }}
    from {{ ref(staging) }}
    group by {{ listed }}

)
{%- else -%}
{{ name }}_written as materialized (

    {{ seen }}
    from {{ ref(staging) }}
    where {{ written_since(record_type) }}
    group by {{ listed }}

),

{{ name }}_withdrawn as materialized (

    {{ seen }},
        '{{ source }}:{{ record_type }}:' || {{ record_id }} as record_key
    from {{ delivered }}
    where {{ written_since(record_type) }}
        and rejected_because = 'delivered again'
    group by {{ listed }}

),

{{ name }}_doubted as materialized (

    select withdrawn.*, known.seen_at as known_seen_at
    from ({{ rows_of(this, 'record_key', name ~ '_withdrawn') }}) as known
    inner join {{ name }}_withdrawn as withdrawn on known.record_key = withdrawn.record_key
    where withdrawn.seen_at <= known.seen_at
        and known.loaded_at is not null
        and not exists (
            select 1 from {{ name }}_written as written
            where written.record_id = withdrawn.record_id and written.seen_at <= known.seen_at
        )

),

{{ name }}_left as materialized (

    {{ seen }}
    from {{ ref(staging) }}
    where (select exists (select 1 from {{ name }}_doubted))
        and {{ columns[0] }} = {{ any_of(name ~ '_doubted', columns[0]) }}
        and {{ record_id }} = {{ any_of(name ~ '_doubted', 'record_id') }}
    group by {{ listed }}

),

{{ name }} as (

    select * from {{ name }}_written
    where record_id not in (select doubted.record_id from {{ name }}_doubted as doubted)
    union all
    select * from {{ name }}_left
    union all
    select
        {%- for column in columns %}
        null,
        {%- endfor %}
        record_id,
        known_seen_at,
        null,
        read_batch
    from {{ name }}_doubted
    where record_id not in (select counted.record_id from {{ name }}_left as counted)

)
{%- endif -%}
{%- endmacro %}
