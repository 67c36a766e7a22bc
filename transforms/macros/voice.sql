{#- In `voices`: the columns of one kind of voice, by what each is worked out from; what a source does not tell is null.

    touchpoint_customer_id   whose order or ticket it is about, who is believed before whoever wrote -#}
{% macro voice(
    kind, key, source, given_at, voice_text, channel,
    touchpoint_customer_id=none, customer_id='people.customer_id', said_as=none,
    question='null', score='null', scale_min='null', scale_max='null',
    order_id='null', ticket_id='null', product_id='null', given_topic='null', given_area='null'
) -%}
    select
        '{{ kind }}:' || {{ key }} as feedback_id,
        {% if touchpoint_customer_id -%}
        coalesce({{ touchpoint_customer_id }}, {{ customer_id }}) as customer_id,
        {%- else -%}
        {{ customer_id }} as customer_id,
        {%- endif %}
        {{ given_at }} as given_at,
        '{{ said_as or kind }}' as kind,
        ({{ question }})::text as question,
        ({{ score }})::numeric as score,
        ({{ scale_min }})::integer as scale_min,
        ({{ scale_max }})::integer as scale_max,
        {{ voice_text }} as voice_text,
        {{ channel }} as channel,
        '{{ source }}' as source,
        ({{ order_id }})::text as order_id,
        ({{ ticket_id }})::text as ticket_id,
        ({{ product_id }})::text as product_id,
        ({{ given_topic }})::text as given_topic,
        ({{ given_area }})::text as given_area
{%- endmacro %}
