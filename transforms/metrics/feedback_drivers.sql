{#- What goes with a better or worse score: the mean of answers that name a topic against that of the others, with the
    95 % interval of the difference (Welch). An association, not a cause. -#}
with answers as (

    select
        feedback_id,
        question,
        score,
        topics
    from {{ ref('feedback') }}
    where score is not null
        and question is not null

),

named as (

    select distinct answers.question, one.topic
    from answers
    cross join lateral unnest(answers.topics) as one (topic)

),

compared as (

    select
        named.question,
        named.topic,
        count(*) filter (where named.topic = any(answers.topics)) as n,
        count(*) filter (where named.topic <> all(coalesce(answers.topics, '{}'))) as other_n,
        avg(answers.score) filter (where named.topic = any(answers.topics)) as mean_score,
        avg(answers.score) filter (where named.topic <> all(coalesce(answers.topics, '{}'))) as other_mean_score,
        var_samp(answers.score) filter (where named.topic = any(answers.topics)) as variance,
        var_samp(answers.score) filter (where named.topic <> all(coalesce(answers.topics, '{}'))) as other_variance
    from named
    inner join answers on named.question = answers.question
    group by named.question, named.topic

),

final as (

    select
        compared.question || ':' || compared.topic as feedback_driver_id,
        compared.question,
        compared.topic,
        compared.n::integer as n,
        compared.mean_score::double precision as mean_score,
        compared.other_mean_score::double precision as other_mean_score,
        uplift.difference,
        uplift.difference_lower,
        uplift.difference_upper
    from compared
    cross join lateral {{ var('functions_schema', 'functions') }}.uplift(
        compared.other_n, compared.other_mean_score::double precision, compared.other_variance::double precision,
        compared.n, compared.mean_score::double precision, compared.variance::double precision
    ) as uplift
    where compared.n >= 5
        and compared.other_n >= 5

)

select * from final
