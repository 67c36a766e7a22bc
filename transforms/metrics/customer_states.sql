{{ config(materialized='view') }}

{#- customers_as_of() asked for now, over the tables being built: the tests compare it with `customers`, the API takes its
    columns for Customer.asOf. -#}
with final as (

    {{ customer_states(
        '(select clock.as_of_at from ' ~ ref('clock') ~ ' as clock)',
        {
            'customers': ref('customers'),
            'profile_statements': ref('profile_statements'),
            'field_priorities': ref('field_priorities'),
            'field_rules': ref('field_rules'),
            'identities': ref('identities'),
            'touchpoints': ref('touchpoints'),
            'orders': ref('orders'),
            'sessions': ref('sessions'),
            'tickets': ref('tickets'),
            'feedback': ref('feedback'),
            'consents': ref('consents'),
            'segment_members': ref('segment_members')
        },
        var('timezone')
    ) | indent(4) }}

)

select * from final
