{#- The nodes of the flow diagram whose links are `journey_paths`: a channel at a step. -#}
with links as (

    select * from {{ ref('journey_paths') }}

),

final as (

    select
        from_node_id as node_id,
        step,
        from_channel as channel,
        sum(journey_count)::integer as journey_count,
        sum(purchased_count)::integer as purchased_count,
        coalesce(sum(journey_count) filter (where to_channel is null), 0)::integer as ended_count
    from links
    group by from_node_id, step, from_channel

)

select * from final
