{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='customer_id',
    gone_when='first_purchased_on is null',
    indexes=[{'columns': ['customer_id'], 'unique': True}, {'columns': ['batch']}]
) }}

{%- set changes = ref('customer_changes') -%}

{#- How long a customer may be silent before silence means something: 90 days, or their own 90th percentile gap when
    that is longer (with two gaps or more). -#}
with
{%- if is_incremental() %}

touched as (

    select customer_id from {{ changes }}
    where batch > {{ last_read('seen_batch') }}

),
{%- endif %}

purchase_days as (

    {{ named_rows(ref('purchase_days'), 'customer_id', 'touched', 'customer_id') }}

),

final as (

    select
        customer_id,
        count(purchase_days.purchased_on)::integer as purchase_day_count,
        min(purchase_days.purchased_on) as first_purchased_on,
        max(purchase_days.purchased_on) as last_purchased_on,
        avg(purchase_days.gap_days)::numeric(10, 2) as mean_gap_days,
        (percentile_cont(0.9) within group (order by purchase_days.gap_days))::numeric(10, 2) as p90_gap_days,
        ceil(greatest(
            {{ var('churn_days', 90) }},
            case
                when count(purchase_days.gap_days) >= 2
                    then percentile_cont(0.9) within group (order by purchase_days.gap_days)
                else 0
            end
        ))::integer as silence_days,
        {{ batch_above(changes) }} as batch,
        {{ newest_batch(changes) }} as seen_batch
    {% if is_incremental() -%}
    from touched
    left join purchase_days using (customer_id)
    {%- else -%}
    from purchase_days
    {%- endif %}
    group by customer_id

)

select * from final
