{#- What feedback is about, and how it feels. -#}
with feedback as (

    select * from {{ ref('feedback') }}

),

topics as (

    select
        feedback.*,
        named.topic as one_topic
    from feedback
    cross join lateral unnest(feedback.topics) as named (topic)

),

final as (

    select
        one_topic || ':' || area || ':' || type as feedback_topic_id,
        one_topic as topic,
        area,
        type,
        count(*)::integer as feedback_count,
        count(distinct customer_id)::integer as customer_count,
        count(*) filter (where sentiment < 0)::integer as negative_count,
        count(*) filter (where is_low_score)::integer as low_score_count,
        avg(sentiment)::double precision as mean_sentiment,
        max(given_at) as last_given_at
    from topics
    where area is not null and type is not null
    group by one_topic, area, type

)

select * from final
