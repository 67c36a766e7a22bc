{#- Incremental models that others read incrementally number what they write: `batch` of a row tells which of the model's
    builds wrote it as it is now. The reader keeps the highest batch it has seen and asks for higher ones. Numbers begin
    with the seconds of the newest arrival and only grow, so that a model that was built anew in full is read anew in
    full; neither clocks nor what a run leaves out matter. -#}
{% macro next_batch(newest) -%}
    {%- if is_incremental() -%}
    greatest({{ newest }}, {{ last_batch(this) }} + 1)
    {%- else -%}
    {{ newest }}
    {%- endif -%}
{%- endmacro %}

{#- The highest batch of a table, from the end of its index. Staging's views have a `with`, behind which PostgreSQL finds no
    order: of them take the highest that came. -#}
{% macro last_batch(relation) -%}
    (select written.batch from {{ relation }} as written order by written.batch desc limit 1)
{%- endmacro %}

{#- Seconds of the newest arrival in a source: where batches begin. -#}
{% macro newest_arrival(source_relation) -%}
    (
            select coalesce(extract(epoch from max(arrived._loaded_at))::bigint, 0)
            from {{ source_relation }} as arrived
            where {{ between_moments('arrived._loaded_at', "timestamptz '1900-01-01'") }}
        )
{%- endmacro %}

{#- Seconds of the data's clock: where the batches of a model begin that has no source of its own. -#}
{% macro newest_moment() -%}
    (select extract(epoch from now_there.as_of_at)::bigint from {{ ref('clock') }} as now_there)
{%- endmacro %}

{#- The condition that a row was written since `this` last looked; in a build in full, all were. `seen` is the column of
    `this` that keeps the highest batch it had seen. -#}
{% macro not_yet_seen(seen='seen_batch') -%}
    {%- if is_incremental() -%}
    {{ above('(select coalesce(max(seen.' ~ seen ~ '), 0) from ' ~ this ~ ' as seen)') }}
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Batches above that one. PostgreSQL cannot know how high it is: that there is an end tells it that few are meant, as an
    index finds them. -#}
{% macro above(seen_batch) -%}
    batch between {{ seen_batch }} + 1 and 9223372036854775807
{%- endmacro %}

{#- All rows where the condition holds, which none of them decides, and else none; by the index, since mostly none is meant. -#}
{% macro all_if(condition) -%}
    {{ above('(select -1 where ' ~ condition ~ ')') }}
{%- endmacro %}
