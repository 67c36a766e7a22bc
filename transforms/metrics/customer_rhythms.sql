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

{{ changed_customers(changes) }},
{%- endif %}

purchase_days as (

    {{ named_rows(ref('purchase_days'), 'customer_id', 'touched', 'customer_id') }}

),

rhythms as (

    select
        customer_id,
        count(purchased_on)::integer as purchase_day_count,
        min(purchased_on) as first_purchased_on,
        max(purchased_on) as last_purchased_on,
        avg(gap_days)::numeric(10, 2) as mean_gap_days,
        (percentile_cont(0.9) within group (order by gap_days))::numeric(10, 2) as p90_gap_days,
        ceil(greatest(
            {{ var('churn_days', 90) }},
            case
                when count(gap_days) >= 2 then percentile_cont(0.9) within group (order by gap_days)
                else 0
            end
        ))::integer as silence_days
    from purchase_days
    group by customer_id

),
{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'customer_id', 'touched') }}

),
{%- endif %}

{%- set said = [
    'purchase_day_count', 'first_purchased_on', 'last_purchased_on', 'mean_gap_days', 'p90_gap_days', 'silence_days'
] %}

final as (

    select
        {{ 'touched' if is_incremental() else 'rhythms' }}.customer_id,
        {%- for column in said %}
        rhythms.{{ column }},
        {%- endfor %}
        {{ batch_above(changes) }} as batch,
        {{ newest_batch(changes) }} as seen_batch
    {% if is_incremental() -%}
    from touched
    left join rhythms on touched.customer_id = rhythms.customer_id
    left join known on touched.customer_id = known.customer_id
    where {{ any_differs('rhythms', 'known', said) }}
    {%- else -%}
    from rhythms
    {%- endif %}

)

select * from final
