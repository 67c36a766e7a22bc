{#- How identity grows. Every model of the chain keeps one row per key for ever, says in `batch` which of its own writes the
    row is of, and in `upstream_batch` up to which batch of the model before it had read. What a record tells no longer stays
    as a row that says so, so that the next model sees both what came and what went. A model reads the rows of later batches
    than it had read, works out the keys they touch, and writes those keys' rows anew where they differ: so it comes to what a
    build over everything would come to, in any order and batching of arrivals (decision 0704).
    `--full-refresh` makes every model compare everything with what it has; numbers of nodes and customers stay. -#}

{#- Whether all is to be compared, and not only what came since. -#}
{% macro compares_all() -%}
    {{ return(flags.FULL_REFRESH) }}
{%- endmacro %}

{#- The condition of rows that this model has not read yet; in what only an increment runs. That there is an end tells
    PostgreSQL that few are meant: it takes a third of the table otherwise, and joins of several such have estimates by which
    a hash is cut into a million files. -#}
{% macro is_new_to_this(alias=none, read='upstream_batch') -%}
    {%- if compares_all() -%}
    true
    {%- else -%}
    {%- set batch = (alias ~ '.' if alias else '') ~ 'batch' -%}
    {{ batch }} > {{ last_read(read) }} and {{ batch }} < 9223372036854775807
    {%- endif -%}
{%- endmacro %}

{#- The columns `batch` and `upstream_batch` of rows written now, by a model that reads the changes of `relation`. -#}
{% macro batches(relation) -%}
    {{ next_batch('1') }} as batch,
        {{ newest_batch(relation) }} as upstream_batch
{%- endmacro %}

{% macro newest_batch(relation) -%}
    coalesce({{ last_batch(relation) }}, 0)
{%- endmacro %}

{#- Up to which batch of a model before it this one had read when it last wrote: what its newest rows say. A table built
    before it kept that has no such column: the name then means that of `before`, and everything is read. -#}
{% macro last_read(read) -%}
    coalesce((
            select newest.{{ read }}
            from (select null::bigint as {{ read }}) as before
            cross join lateral (select {{ read }} from {{ this }} as kept order by kept.batch desc limit 1) as newest
        ), 0)
{%- endmacro %}

{#- The batch of rows written now, by a model whose rows can go. Its newest rows may be among them, and the number after
    the highest that is left would then be one that readers have seen. Rows go when one of `relations` was written to,
    whose own batches never fall: so a new thousand begins whenever one of them rises. -#}
{% macro batch_above() -%}
    {{ next_batch(thousands_of(*varargs)) }}
{%- endmacro %}

{#- Of relations that count so themselves the plain number will do, and has to: a thousand thousands end soon. -#}
{% macro thousands_of() -%}
    {%- set risen = [] -%}
    {%- for relation in varargs %}{% do risen.append(newest_batch(relation)) %}{% endfor -%}
    1000::bigint * ({{ risen | join(' + ') }})
{%- endmacro %}

{#- Whether a row of `told` says another thing than the row of `known` that was joined to it. -#}
{% macro any_differs(told, known, columns) -%}
    ({{ told }}.{{ columns | join(', ' ~ told ~ '.') }})
        is distinct from ({{ known }}.{{ columns | join(', ' ~ known ~ '.') }})
{%- endmacro %}

{#- The same of rows with numbers, which differ when they are written otherwise: 5.0 is not 5. A row that is not there is one of
    nulls. -#}
{% macro is_written_otherwise(told, known, columns) -%}
    row({{ told }}.{{ columns | join(', ' ~ told ~ '.') }})::text
        <> row({{ known }}.{{ columns | join(', ' ~ known ~ '.') }})::text
{%- endmacro %}

{#- The rows of `column` in a CTE as an array: PostgreSQL then looks each up by its index. -#}
{% macro any_of(cte, column) -%}
    any(array(select {{ cte }}.{{ column }} from {{ cte }}))
{%- endmacro %}

{#- The rows of a table whose `column` is one of those of a CTE. -#}
{% macro rows_of(relation, column, cte, cte_column=none) -%}
    select found.*
    from {{ relation }} as found
    {{ expected_many() }}
    where found.{{ column }} = {{ any_of(cte, cte_column or column) }}
    offset 0
{%- endmacro %}

{#- PostgreSQL expects ten keys in an array it does not know, and would join what it finds by comparing each with each. A
    series of one row whose end it cannot foresee, and takes for a thousand, makes it hash; `offset 0` at the end of the
    query keeps that estimate from being planned away. -#}
{% macro expected_many() -%}
    cross join generate_series(1, (select 1)) as expected (many)
{%- endmacro %}

{#- In `identity_records`: rows written since their batches were read for this type of record. -#}
{% macro written_since(record_type) -%}
    {%- if is_incremental() and not compares_all() -%}
    {%- set read_batch -%}
    coalesce((
        select known.read_batch
        from {{ this }} as known
        where known.record_type = '{{ record_type }}'
            and known.read_batch is not null
        order by known.record_type, known.read_batch desc
        limit 1
    ), 0)
    {%- endset -%}
    {{ above(read_batch) }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- In `identity_assignments`: the newest row there of each identity that `column` of a CTE names. -#}
{% macro latest_of(cte, column) -%}
    select newest.*
    from (
        select distinct on (identity_id)
            identity_id,
            customer_id,
            assignment_number
        from ({{ rows_of(this, 'identity_id', cte, column) }}) as assignments
        order by identity_id, assignment_number desc
    ) as newest
    {{ expected_many() }}
    offset 0
{%- endmacro %}
