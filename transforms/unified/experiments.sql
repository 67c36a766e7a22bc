{{ config(indexes=[{'columns': ['experiment_id'], 'unique': True}]) }}

with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

clock as (

    select * from {{ ref('clock') }}

),

final as (

    select
        experiments.experiment_id,
        experiments.experiment_name,
        experiments.hypothesis,
        experiments.metric as goal,
        experiments.started_on,
        experiments.ended_on,
        case
            when clock.as_of_on < experiments.started_on then 'planned'
            when clock.as_of_on > experiments.ended_on then 'ended'
            else 'running'
        end as status
    from experiments
    cross join clock

)

select * from final
