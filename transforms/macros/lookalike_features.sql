{#- What people are compared by for lookalikes. Numbers count as they are, or as the logarithm of one more where a few are
    very large; words count as being the one or not. -#}
{% macro lookalike_features() -%}
    {{ return({
        'numbers': [
            'order_value_trend', 'favourite_hour', 'recency_days', 'tenure_days', 'nps_score', 'csat_score', 'ces_score',
            'mean_sentiment'
        ],
        'amounts': [
            'purchase_count', 'purchases_365d', 'revenue', 'revenue_365d', 'mean_order_value', 'returned_count',
            'cod_refused_count', 'session_count', 'sessions_30d', 'engaged_seconds', 'ticket_count', 'complaint_count',
            'touchpoint_count', 'points'
        ],
        'words': [
            'favourite_channel', 'favourite_category', 'loyalty_tier', 'is_churned', 'sex', 'age_band', 'province', 'first_channel',
            'first_traffic_channel', 'stage'
        ]
    }) }}
{%- endmacro %}
