{#- How journeys go from channel to channel: the links of a flow diagram, step by step, up to the step named by the var
    `path_steps`. Touchpoints in a row in one channel are one step; a link to no channel is where a journey ends. -#}
with touchpoints as (

    select
        *,
        lag(channel) over (
            partition by journey_id order by occurred_at, touchpoint_id
        ) as channel_before
    from {{ ref('journey_touchpoints') }}

),

steps as (

    select
        journey_id,
        channel,
        row_number() over (partition by journey_id order by occurred_at, touchpoint_id) as step
    from touchpoints
    where channel is distinct from channel_before

),

links as (

    select
        steps.journey_id,
        steps.step,
        steps.channel as from_channel,
        next_steps.channel as to_channel
    from steps
    left join steps as next_steps
        on steps.journey_id = next_steps.journey_id
        and steps.step + 1 = next_steps.step
    where steps.step <= {{ var('path_steps', 6) }}

),

final as (

    select
        links.step || ':' || links.from_channel || '>' || coalesce(links.to_channel, '') as journey_path_id,
        links.step::integer as step,
        links.step || ':' || links.from_channel as from_node_id,
        {#- a path ends here, or goes on past the last step -#}
        case when links.step < {{ var('path_steps', 6) }} then links.step + 1 || ':' || links.to_channel end as to_node_id,
        links.from_channel,
        links.to_channel,
        count(*)::integer as journey_count,
        count(*) filter (where journeys.outcome = 'purchased')::integer as purchased_count
    from links
    inner join {{ ref('journeys') }} as journeys on links.journey_id = journeys.journey_id
    group by links.step, links.from_channel, links.to_channel

)

select * from final
