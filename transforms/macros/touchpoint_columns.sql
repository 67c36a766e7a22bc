{#- What `touchpoints` takes of one kind of row, column by column; what such a row does not tell is null. -#}
{% macro touchpoint_columns(
    touchpoint_id, occurred_at, channel, kind, source, title, session_id='null::text', campaign_id='null::text',
    product_id='null::text', order_id='null::text', store_id='null::text', value='null::numeric'
) -%}
    {{ touchpoint_id }} as touchpoint_id,
        customer_id,
        {{ occurred_at }} as occurred_at,
        {{ channel }} as channel,
        {{ kind }} as kind,
        {{ source }} as source,
        {{ title }} as title,
        {{ session_id }} as session_id,
        {{ campaign_id }} as campaign_id,
        {{ product_id }} as product_id,
        {{ order_id }} as order_id,
        {{ store_id }} as store_id,
        {{ value }} as value
{%- endmacro %}
