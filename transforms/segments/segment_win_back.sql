{#- For marketing, so only with consent to it: no consent, or a withdrawn one, and the customer is not here. -#}
with features as (

    select * from {{ ref('customer_features') }}

),

final as (

    select
        customer_id,
        'silent for ' || recency_days || ' days, expected within ' || silence_days as reason
    from features
    where purchase_count >= 2
        and is_churned
        and has_marketing_consent

)

select * from final
