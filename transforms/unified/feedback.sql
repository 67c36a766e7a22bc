{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='feedback_id',
    gone_when='given_at is null',
    indexes=[
        {'columns': ['feedback_id'], 'unique': True},
        {'columns': ['customer_id', 'given_at']},
        {'columns': ['given_at']},
        {'columns': ['batch']}
    ]
) }}

{%- set inputs = {'voices': ref('voices')} -%}
{%- set reference = [
    digest_of(ref('sentiment_lexicon'), ['term', 'kind', 'weight']),
    digest_of(ref('feedback_topics'), ['priority', 'topic', 'area', 'pattern']),
    digest_of(ref('competitors'), ['competitor', 'pattern'])
] | join(' || ') -%}

{#- Feeling: the weights of the lexicon's words and emoji found in the text, −1 (displeased) to 1; a negated phrase
    weighs against the word inside it. No text: none. Type and area are never missing: docs/tables.md has the rules.
    Read are the voices written since; what is no voice any more goes. -#}
with
{%- if is_incremental() %}

{{ looked() }},

touched as materialized (

    select feedback_id from {{ inputs.voices }}
    where {{ above_seen('voices') }}
    union
    select feedback_id from {{ inputs.voices }}
    where {{ reference_differs(reference) }}
    union
    select feedback_id from {{ this }}
    where {{ is_built_since(inputs.voices, seen_of('voices')) }}

),
{%- endif %}

voices as (

    select *
    from (
        {{ named_rows(inputs.voices, 'feedback_id', 'touched', 'feedback_id') }}
    ) as voices
    where is_current

),

lexicon as (

    select * from {{ ref('sentiment_lexicon') }}

),

topics as (

    select * from {{ ref('feedback_topics') }}
    where pattern is not null

),

competitors as (

    select * from {{ ref('competitors') }}

),

{#- Equal texts are read once. -#}
texts as (

    select distinct voice_text, text_key
    from voices
    where voice_text is not null

),

feelings as (

    select
        texts.voice_text,
        sum(lexicon.weight) as net,
        sum(abs(lexicon.weight)) as gross
    from texts
    inner join lexicon
        on (lexicon.kind = 'word' and ' ' || texts.text_key || ' ' like '% ' || lexicon.term || ' %')
        or (lexicon.kind = 'emoji' and texts.voice_text like '%' || lexicon.term || '%')
    group by texts.voice_text

),

found_topics as (

    select
        texts.voice_text,
        (array_agg(topics.topic order by topics.priority))[1] as topic,
        (array_agg(topics.area order by topics.priority))[1] as area,
        array_agg(topics.topic order by topics.priority) as topics
    from texts
    inner join topics on texts.text_key ~ topics.pattern
    group by texts.voice_text

),

found_competitors as (

    select texts.voice_text, min(competitors.competitor) as competitor
    from texts
    inner join competitors on texts.text_key ~ competitors.pattern
    group by texts.voice_text

),

read as (

    select
        voices.*,
        case
            when voices.voice_text is null then null
            when coalesce(feelings.gross, 0) = 0 then 0
            else round(feelings.net / feelings.gross, 3)
        end as sentiment,
        coalesce(found_topics.topic, 'other') as topic,
        coalesce(found_topics.topics, array['other']) as topics,
        coalesce(voices.given_area, found_topics.area, 'other') as area,
        found_competitors.competitor,
        case
            when voices.question = 'nps' then voices.score <= 6
            when voices.question = 'ces' then voices.score <= 3
            when voices.question in ('csat', 'rating') then voices.score <= 2
        end as is_low_score,
        case
            when voices.question = 'nps' then voices.score >= 9
            when voices.question = 'ces' then voices.score >= 6
            when voices.question in ('csat', 'rating') then voices.score >= 4
        end as is_high_score
    from voices
    left join feelings on voices.voice_text = feelings.voice_text
    left join found_topics on voices.voice_text = found_topics.voice_text
    left join found_competitors on voices.voice_text = found_competitors.voice_text

),

final as (

    select
        feedback_id,
        customer_id,
        given_at,
        kind,
        question,
        score,
        scale_min,
        scale_max,
        case
            when given_topic = 'usage' or (kind = 'ticket' and topic = 'usage') then 'usage'
            when question = 'awareness' or topic = 'referral' then 'brand_understanding'
            when kind = 'warranty_claim'
                or is_low_score
                or given_topic in ('delivery', 'product_quality', 'refund', 'warranty', 'payment')
                or (sentiment < -0.1 and is_low_score is null)
                or (sentiment < -0.5 and not is_high_score)
                then 'complaint'
            when kind = 'mention' and sentiment = 0 then 'brand_understanding'
            else 'value_proposition'
        end as type,
        area,
        topic,
        topics,
        sentiment,
        case
            when sentiment > 0.1 then 'positive'
            when sentiment < -0.1 then 'negative'
            when sentiment is not null then 'neutral'
        end as sentiment_label,
        is_low_score,
        voice_text as text,
        channel,
        source,
        order_id,
        ticket_id,
        product_id,
        given_topic as source_topic,
        competitor,
        {{ next_batch(newest_batch(inputs.voices)) }} as batch,
        {{ seen_batches(inputs, reference) }}
    {% if is_incremental() -%}
    from touched
    left join read using (feedback_id)
    {%- else -%}
    from read
    {%- endif %}

)

select * from final
