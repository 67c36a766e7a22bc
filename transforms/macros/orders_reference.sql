{#- What orders are worth and where shops stand: few rows, and when one changes all orders are written anew. -#}
{% macro orders_reference() -%}
    (
            select md5(concat(
                (select string_agg(rates::text, ' ' order by rates::text) from {{ ref('exchange_rates') }} as rates),
                (select string_agg(stores::text, ' ' order by stores::text) from {{ ref('stores') }} as stores)
            ))
        )
{%- endmacro %}
