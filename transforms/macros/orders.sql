{#- What orders are worth and where shops stand: few rows, and when one changes all orders are written anew. -#}
{% macro orders_reference() -%}
    (
            select md5(concat(
                (select string_agg(rates::text, ' ' order by rates::text) from {{ ref('exchange_rates') }} as rates),
                (select string_agg(stores::text, ' ' order by stores::text) from {{ ref('stores') }} as stores)
            ))
        )
{%- endmacro %}

{#- For a model that joins orders by their id: those written since. A receipt that turned out to be no sale is no order any
    more, which only its own deliveries tell. -#}
{% macro orders_written(inputs) -%}
    select order_id from {{ inputs.orders }}
    where {{ above_seen('orders') }}
    union
    select 'pos:' || receipt_id from {{ inputs.receipts }}
    where {{ above_seen('receipts') }}
{%- endmacro %}

{#- The head of a model whose rows are a record's person's or their order's: CTEs `looked`, `moved_records` and `touched_orders`. -#}
{% macro people_and_orders_written(inputs) -%}
{{ looked() }},

{{ moved_records(inputs) }},

touched_orders as (

    {{ orders_written(inputs) }}

)
{%- endmacro %}
