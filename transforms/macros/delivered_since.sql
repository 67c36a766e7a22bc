{#- In a base model: of the source, the rows whose keys came with deliveries that are not in the table yet; in a build in
    full, all rows. A day of arrival that counts otherwise there and here is looked at again, key by key, with every
    earlier delivery of the same keys. Rows are expected to be added, never changed in place: for that, `--full-refresh`. -#}
{% macro delivered_since(source_relation, key) -%}
    {%- if is_incremental() -%}
    where {{ key }} in (
        select {{ key }}
        from {{ source_relation }}
        where {{ arrival_day(moment('_loaded_at')) }} in (
            {{ days_unlike(
                '(select ' ~ moment('_loaded_at') ~ ' as loaded_at from ' ~ source_relation ~ ')', this, 'count(*)'
            ) }}
        )
    )
    {%- endif -%}
{%- endmacro %}

{#- Deliveries are compared day of arrival by day of arrival, so that it does not matter when a row came or how late: the
    days on which `measure` of the rows there is another than of those here. Both have `loaded_at`. -#}
{% macro days_unlike(there, here, measure) -%}
    select arrival_day
    from (
        select {{ arrival_day('loaded_at') }} as arrival_day, {{ measure }} as measured
        from {{ there }} as arrived
        group by 1
    ) as there
    full join (
        select {{ arrival_day('loaded_at') }} as arrival_day, {{ measure }} as measured
        from {{ here }} as known
        group by 1
    ) as here using (arrival_day)
    where there.measured is distinct from here.measured
{%- endmacro %}

{% macro arrival_day(moment) -%}
    date_bin(interval '1 day', coalesce({{ moment }}, timestamptz 'epoch'), timestamptz 'epoch')
{%- endmacro %}
