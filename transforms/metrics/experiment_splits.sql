{#- Whether units went into the arms as they were meant to: a sample ratio mismatch (p < 0.001) says that the assignment
    is broken, and then no result can be believed. Units are counted, as they were assigned. -#}
with assignments as (

    select * from {{ ref('experiment_assignments') }}

),

planned as (

    select arms.*
    from {{ ref('experiment_arms') }} as arms
    inner join {{ ref('experiments') }} as experiments on arms.experiment_id = experiments.experiment_id

),

counted as (

    select
        experiment_id,
        arm,
        count(*) as unit_count,
        count(*) filter (where is_counted) as customer_count,
        count(*) filter (where left_out_because = 'in several arms') as in_several_count
    from assignments
    group by experiment_id, arm

),

{#- An arm that was planned and got nobody counts: it is the worst split there is. -#}
arms as (

    select
        coalesce(counted.experiment_id, planned.experiment_id) as experiment_id,
        coalesce(counted.arm, planned.arm) as arm,
        coalesce(counted.unit_count, 0) as unit_count,
        coalesce(counted.customer_count, 0) as customer_count,
        coalesce(counted.in_several_count, 0) as in_several_count,
        coalesce(planned.weight, 1) as weight
    from counted
    full join planned
        on counted.experiment_id = planned.experiment_id
        and counted.arm = planned.arm

),

final as (

    select
        experiment_id,
        count(*)::integer as arm_count,
        sum(unit_count)::integer as unit_count,
        sum(customer_count)::integer as customer_count,
        sum(in_several_count)::integer as in_several_count,
        jsonb_object_agg(arm, unit_count) as units_by_arm,
        {{ var('functions_schema', 'functions') }}.sample_ratio_p(
            array_agg(unit_count::bigint order by arm),
            array_agg(weight order by arm)
        ) as sample_ratio_p,
        {{ var('functions_schema', 'functions') }}.sample_ratio_p(
            array_agg(unit_count::bigint order by arm),
            array_agg(weight order by arm)
        ) < 0.001 as has_sample_ratio_mismatch
    from arms
    group by experiment_id

)

select * from final
