{#- The order an invitation follows, as orders are keyed. -#}
{% macro touchpoint_order_key() -%}
    case touchpoint_type
        when 'order' then touchpoint_channel || ':' || touchpoint_id
        when 'receipt' then 'pos:' || touchpoint_id
    end
{%- endmacro %}

{#- The order a warranty claim names; a marketplace's number without its marketplace names none. -#}
{% macro claim_order_key() -%}
    case bought_from
        when 'pos' then 'pos:' || bought_in
        when 'ecommerce' then 'own_site:' || bought_in
    end
{%- endmacro %}
