{#- In a base model: of the source, the rows whose keys came with deliveries that are not in the table yet; in a build in
    full, all rows. Deliveries are compared by counting rows per day of arrival, there and here, so that it does not
    matter when a row came or how late: a day that counts otherwise is looked at again, key by key, with every earlier
    delivery of the same keys. Rows are expected to be added, never changed in place: for that, `--full-refresh`. -#}
{% macro delivered_since(source_relation, key) -%}
    {%- if is_incremental() -%}
    where {{ key }} in (
        select {{ key }}
        from {{ source_relation }}
        where date_bin(interval '1 day', coalesce({{ moment('_loaded_at') }}, timestamptz 'epoch'), timestamptz 'epoch') in (
            select arrival_day
            from (
                select
                    date_bin(interval '1 day', coalesce({{ moment('_loaded_at') }}, timestamptz 'epoch'), timestamptz 'epoch')
                        as arrival_day,
                    count(*) as there_count
                from {{ source_relation }}
                group by 1
            ) as there
            full join (
                select
                    date_bin(interval '1 day', coalesce(loaded_at, timestamptz 'epoch'), timestamptz 'epoch')
                        as arrival_day,
                    count(*) as here_count
                from {{ this }}
                group by 1
            ) as here using (arrival_day)
            where there.there_count is distinct from here.here_count
        )
    )
    {%- endif -%}
{%- endmacro %}
