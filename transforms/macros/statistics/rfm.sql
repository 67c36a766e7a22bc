{#- Recency, frequency and monetary scores of 1 to 5 with their named segment.

    relation   columns customer_id, recency_days, order_count, revenue: one row per customer
    segments   the rules, as the seed rfm_segments

    A cut is the type-7 quantile (percentile_cont) plus one; a value on the cut is above it; equal values share a
    score, which ntile would not keep; recency counts backwards. The first rule that matches names the segment. -#}
{% macro rfm_scores(relation, segments) -%}
    select
        scored.customer_id,
        scored.recency_days,
        scored.order_count,
        scored.revenue,
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        coalesce(rule.segment, 'Others') as segment
    from (
        select
            buyers.customer_id,
            buyers.recency_days,
            buyers.order_count,
            buyers.revenue,
            5 - {{ cuts_reached('buyers.recency_days', 'cuts.recency') }} as recency_score,
            1 + {{ cuts_reached('buyers.order_count', 'cuts.frequency') }} as frequency_score,
            1 + {{ cuts_reached('buyers.revenue', 'cuts.monetary') }} as monetary_score
        from {{ relation }} as buyers
        cross join (
            select
                percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (order by recency_days) as recency,
                percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (order by order_count) as frequency,
                percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (order by revenue) as monetary
            from {{ relation }}
        ) as cuts
    ) as scored
    left join lateral (
        select segments.segment
        from {{ segments }} as segments
        where scored.recency_score between segments.recency_from and segments.recency_to
            and scored.frequency_score between segments.frequency_from and segments.frequency_to
            and scored.monetary_score between segments.monetary_from and segments.monetary_to
        order by segments.rule_order
        limit 1
    ) as rule on true
{%- endmacro %}

{% macro cuts_reached(value, cuts) -%}
    (
        ({{ value }} >= {{ cuts }}[1] + 1)::integer + ({{ value }} >= {{ cuts }}[2] + 1)::integer
        + ({{ value }} >= {{ cuts }}[3] + 1)::integer + ({{ value }} >= {{ cuts }}[4] + 1)::integer
    )
{%- endmacro %}
