{#- One row per record of `relation`: each compared value as lower-case text, nothing where there is none. `comparisons`:
    [{'column', 'kind', 'crossed_with' (names)}]. An incremental model compares its rows with those of `relation`, and
    writes the records that are new or tell otherwise; `newest` is where batches begin. A record that is gone stays as a row
    that says so, so that the models after it learn of it by its batch. -#}
{% macro match_terms(relation, id, comparisons, newest='1') -%}
with records as (

    select
        {{ id }} as record_id,
        {%- for compared in comparisons %}
        nullif(btrim(lower({{ compared.column }}::text)), '') as {{ compared.column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}

),
{%- if is_incremental() %}

known as (

    select * from {{ this }}

),
{%- endif %}

final as (

    select
        records.*,
        true as is_current,
        {{ next_batch(newest) }} as batch
    from records
    {%- if is_incremental() %}
    left join known on records.record_id = known.record_id
    where known.is_current is not true
        {%- for compared in comparisons %}
        or records.{{ compared.column }} is distinct from known.{{ compared.column }}
        {%- endfor %}
    union all
    select
        known.record_id,
        {%- for compared in comparisons %}
        null,
        {%- endfor %}
        false,
        {{ next_batch(newest) }}
    from known
    where known.is_current
        and not exists (select 1 from records where records.record_id = known.record_id)
    {%- endif %}

)

select * from final
{%- endmacro %}

{#- Of a relation that keeps what went as rows that say so: what is there. -#}
{% macro living(relation) -%}
    (select * from {{ relation }} where is_current)
{%- endmacro %}
