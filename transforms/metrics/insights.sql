{{ config(indexes=[{'columns': ['insight_id'], 'unique': True}]) }}

{#- Why, and what was done about it. The evidence is found anew by each build; the hypothesis, the action and the status are
    people's (seed insight_notes), and the result is that of the experiment they linked. A note whose evidence is gone stays,
    marked: an insight that was acted on should no longer be found. -#}
with clock as (

    select * from {{ ref('clock') }}

),

{#- Topics that go with a worse or better score, where the 95 % interval leaves no doubt of the direction. -#}
drivers as (

    select
        'driver:' || question || ':' || topic as insight_id,
        'driver' as kind,
        upper(question) || ' is ' || round(abs(difference)::numeric, 1) || ' points '
            || case when difference < 0 then 'lower' else 'higher' end || ' where people speak of '
            || replace(topic, '_', ' ') as found_title,
        difference > 0 as is_good,
        n,
        abs(difference) / nullif(differences.deviation, 0) as strength,
        jsonb_build_object(
            'question', question, 'topic', topic, 'n', n, 'meanScore', round(mean_score::numeric, 2),
            'otherMeanScore', round(other_mean_score::numeric, 2), 'difference', round(difference::numeric, 2),
            'lower', round(difference_lower::numeric, 2), 'upper', round(difference_upper::numeric, 2)
        ) as evidence
    from {{ ref('feedback_drivers') }}
    inner join (
        select question, stddev_pop(score) as deviation
        from {{ ref('feedback') }}
        where score is not null
        group by question
    ) as differences using (question)
    where topic <> 'other'
        and (difference_lower > 0 or difference_upper < 0)

),

leavers as (

    select
        count(*) as reason_count,
        exit_reason,
        sum(count(*)) over () as known_count,
        count(*) filter (where not has_free_shipping)::numeric
            / nullif(sum(count(*) filter (where not has_free_shipping)) over (), 0) as share_below,
        count(*) filter (where has_free_shipping)::numeric
            / nullif(sum(count(*) filter (where has_free_shipping)) over (), 0) as share_above
    from {{ ref('cart_outcomes') }}
    where is_abandoned
        and exit_reason is not null
    group by exit_reason

),

cart_exits as (

    select
        'cart_exit:' || exit_reason,
        'cart_exit',
        round(100.0 * reason_count / known_count) || ' % of abandoned carts with a known reason are left because of '
            || replace(exit_reason, '_', ' '),
        false,
        reason_count,
        (reason_count::numeric / known_count)::double precision,
        jsonb_build_object(
            'exitReason', exit_reason, 'n', reason_count, 'share', round(reason_count::numeric / known_count, 4),
            'lower', round({{ wilson_lower('reason_count', 'known_count') }}, 4),
            'upper', round({{ wilson_upper('reason_count', 'known_count') }}, 4),
            'shareBelowFreeShipping', round(share_below, 4), 'shareAboveFreeShipping', round(share_above, 4)
        )
    from leavers

),

days as (

    select
        'anomaly:' || anomaly_id,
        'anomaly',
        replace(metric, '_', ' ') || ' at ' || round(value::numeric) || ' on ' || occurred_on || ', '
            || round(expected::numeric) || ' expected',
        not is_bad,
        null::bigint,
        abs(z)::double precision / 3.5,
        jsonb_build_object(
            'metric', metric, 'day', occurred_on, 'value', value, 'expected', expected, 'z', z
        )
    from {{ ref('anomalies') }}
    cross join clock
    where occurred_on > clock.as_of_on - 90

),

found as (

    select * from drivers
    union all
    select * from cart_exits
    union all
    select * from days

),

notes as (

    select * from {{ ref('insight_notes') }}

),

{#- What the linked experiment shows, by the metric that it was about. -#}
measured as (

    select
        experiment_id,
        jsonb_agg(jsonb_build_object(
            'metric', metric, 'arm', arm, 'value', value, 'lift', lift, 'lower', lift_lower, 'upper', lift_upper,
            'p', p, 'verdict', verdict
        ) order by metric, arm) as results
    from {{ ref('experiment_results') }}
    where not is_control
        and metric in ('order_rate', 'revenue_per_customer', 'nps', 'csat')
    group by experiment_id

),

final as (

    select
        coalesce(found.insight_id, notes.insight_id) as insight_id,
        coalesce(found.kind, 'noted') as kind,
        coalesce(notes.title, found.found_title, notes.insight_id) as title,
        found.is_good,
        found.n::integer as n,
        coalesce(found.n < 30, false) as is_thin,
        round(found.strength::numeric, 3) as strength,
        found.evidence,
        found.insight_id is not null as is_found_now,
        notes.hypothesis,
        notes.action,
        notes.owner,
        coalesce(notes.status, 'new') as status,
        notes.experiment_id,
        notes.result,
        measured.results as measured_result,
        notes.noted_on,
        clock.as_of_on
    from found
    full join notes on found.insight_id = notes.insight_id
    left join measured on notes.experiment_id = measured.experiment_id
    cross join clock

)

select * from final
