{{ config(indexes=[{'columns': ['experiment_id', 'metric', 'arm']}]) }}

{#- Per arm and metric: the mean over people, and how it differs from the control's. A share has the variance p (1 - p);
    order value is a ratio of sums, and its variance that of revenue - ratio x orders (delta method). -#}
{%- set metrics = [
    {'name': 'order_rate', 'kind': 'share', 'value': 'has_order'},
    {'name': 'orders_per_customer', 'kind': 'mean', 'value': 'order_count'},
    {'name': 'revenue_per_customer', 'kind': 'mean', 'value': 'revenue'},
    {'name': 'order_value', 'kind': 'ratio', 'value': 'revenue', 'per': 'order_count'},
    {'name': 'nps', 'kind': 'mean', 'value': 'nps'},
    {'name': 'csat', 'kind': 'mean', 'value': 'csat'},
    {'name': 'ces', 'kind': 'mean', 'value': 'ces'},
] -%}
with outcomes as (

    select * from {{ ref('experiment_outcomes') }}
    where is_complete

),

splits as (

    select * from {{ ref('experiment_splits') }}

),

controls as (

    select experiment_id, arm from {{ ref('experiment_arms') }}
    where is_control

),

measured as (

    {%- for metric in metrics %}
    select
        experiment_id,
        arm,
        '{{ metric.name }}' as metric,
        '{{ metric.kind }}' as kind,
        count({{ metric.value }}) as n,
        {%- if metric.kind == 'ratio' %}
        (sum({{ metric.value }}) / nullif(sum({{ metric.per }}), 0))::double precision as value,
        (
            var_samp({{ metric.value }})
            - 2 * sum({{ metric.value }}) / nullif(sum({{ metric.per }}), 0)
                * covar_samp({{ metric.value }}, {{ metric.per }})
            + (sum({{ metric.value }}) / nullif(sum({{ metric.per }}), 0)) ^ 2 * var_samp({{ metric.per }})
        )::double precision / nullif(avg({{ metric.per }}), 0) ^ 2 as variance
        {%- elif metric.kind == 'share' %}
        avg({{ metric.value }})::double precision as value,
        (avg({{ metric.value }}) * (1 - avg({{ metric.value }})))::double precision as variance
        {%- else %}
        avg({{ metric.value }})::double precision as value,
        var_samp({{ metric.value }})::double precision as variance
        {%- endif %}
    from outcomes
    group by experiment_id, arm
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

marked as (

    select
        measured.*,
        measured.arm = coalesce(controls.arm, 'control') as is_control
    from measured
    left join controls on measured.experiment_id = controls.experiment_id

),

final as (

    select
        marked.experiment_id || ':' || marked.metric || ':' || marked.arm as experiment_result_id,
        marked.experiment_id,
        marked.metric,
        marked.kind,
        marked.arm,
        marked.is_control,
        marked.n::integer as n,
        marked.value,
        marked.variance,
        uplift.difference,
        uplift.difference_lower,
        uplift.difference_upper,
        uplift.difference_p as p,
        100 * uplift.lift as lift,
        100 * uplift.lift_lower as lift_lower,
        100 * uplift.lift_upper as lift_upper,
        uplift.any_time_lower,
        uplift.any_time_upper,
        splits.sample_ratio_p,
        splits.has_sample_ratio_mismatch,
        case
            when marked.is_control then 'control'
            when splits.has_sample_ratio_mismatch then 'not to be believed'
            when uplift.difference_lower > 0 then 'higher'
            when uplift.difference_upper < 0 then 'lower'
            else 'no difference shown'
        end as verdict
    from marked
    inner join splits on marked.experiment_id = splits.experiment_id
    left join marked as control
        on marked.experiment_id = control.experiment_id
        and marked.metric = control.metric
        and control.is_control
        and not marked.is_control
    left join lateral {{ var('functions_schema', 'functions') }}.uplift(
        control.n, control.value, control.variance, marked.n, marked.value, marked.variance
    ) as uplift on control.n is not null
    where marked.n > 0

)

select * from final
