with rfm as (

    select * from {{ ref('rfm') }}

),

final as (

    select
        customer_id,
        'rfm ' || recency_score || frequency_score || monetary_score as reason
    from rfm
    where segment = 'Champions'

)

select * from final
