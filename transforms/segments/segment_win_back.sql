{#- For marketing: segment_members lets in those who agreed to it. -#}
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

)

select * from final
