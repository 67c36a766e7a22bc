{#- For a model that reads several others by their batches: `inputs` is a dictionary of their names and relations. -#}

{#- CTE `looked`: how far it had read each when it last wrote; not at all where `reference` is another digest than it was, so that
    everything is read again and what comes out otherwise is written. -#}
{% macro looked(reference=none) -%}
looked as materialized (

    select seen_batches
    from (
        select seen_batches
        from {{ this }}
        where seen_batches is not null
        order by batch desc
        limit 1
    ) as newest
    {%- if reference %}
    where seen_batches ->> 'reference' is not distinct from {{ reference }}
    {%- endif %}

)
{%- endmacro %}

{#- The condition that a row of one of them is new to it. -#}
{% macro above_seen(name) -%}
    {{ above(seen_of(name)) }}
{%- endmacro %}

{% macro seen_of(name) -%}
    coalesce((select (looked.seen_batches ->> '{{ name }}')::bigint from looked), 0)
{%- endmacro %}

{#- Whether inputs too small for batches are others than they were, of which a digest is kept. -#}
{% macro reference_differs(digest) -%}
    (select seen_batches ->> 'reference' from looked) is distinct from {{ digest }}
{%- endmacro %}

{#- The column that keeps it; of one value, worked out once. One row of a build is enough: of a large table built in full only
    those keep it for which the condition `kept_by` holds. -#}
{% macro seen_batches(inputs, digest=none, kept_by=none) -%}
    {{ 'case when ' ~ kept_by ~ ' then ' if kept_by and not is_incremental() }}(
            select jsonb_build_object(
                {%- for name, relation in inputs.items() %}
                '{{ name }}', {{ newest_batch(relation) }}{{ ',' if digest or not loop.last }}
                {%- endfor %}
                {%- if digest %}
                'reference', {{ digest }}
                {%- endif %}
            )
        ){{ ' end' if kept_by and not is_incremental() }} as seen_batches
{%- endmacro %}

{#- A digest of some columns of a small relation. -#}
{% macro digest_of(relation, columns) -%}
    (
            select coalesce(
                md5(string_agg(concat_ws('|', {{ columns | join(', ') }}), e'\n' order by {{ columns | join(', ') }})), ''
            )
            from {{ relation }}
        )
{%- endmacro %}

{#- One short number of several such digests, for a table of many rows. -#}
{% macro digest_of_digests() -%}
    hashtextextended({{ varargs | join(' || ') }}, 0)::text
{%- endmacro %}

{#- All rows of a relation, or, of an increment, those that the CTE `named` names. -#}
{% macro named_rows(relation, column, cte='named', cte_column='order_id') -%}
    {%- if is_incremental() -%}
    {{ rows_of(relation, column, cte, cte_column) }}
    {%- else -%}
    select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}
