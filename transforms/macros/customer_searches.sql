{#- In `customers`, the CTE `searches`: what a person may be found by, as lexemes: every name told, word by word; addresses;
    phone numbers in every form; numbers of orders, cards, tickets and accounts. -#}
{% macro customer_searches() -%}
terms as (

    select values_told.customer_id, words.word as term
    from profile_values as values_told
    cross join lateral unnest(string_to_array({{ search_key('values_told.value') }}, ' ')) as words (word)
    where values_told.field = 'full_name'
    union
    select customer_id, identifier_value
    from identities
    where identifier_type = 'email'
    union
    select customer_id, forms.term
    from identities
    cross join lateral unnest({{ phone_forms('identities.identifier_value') }}) as forms (term)
    where identities.identifier_type = 'phone'
    union
    select customer_id, lower(identifier_value)
    from identities
    where identifier_type in ('crm_id', 'account', 'loyalty_no', 'ticket')
    union
    select customer_id, lower(order_number)
    from orders

),

searches as (

    select customer_id, array_to_tsvector(array_agg(term)) as search
    from terms
    where term <> ''
    group by customer_id
    {{ taken_over('untold', 'search') }}

)
{%- endmacro %}
