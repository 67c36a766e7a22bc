{#- The kind of link that brought a visit: email, social_ads, search_ads, social, search, referral or direct. -#}
{% macro traffic_channel(utm_source, utm_medium, referrer) -%}
    case
        when {{ utm_medium }} = 'email' or {{ utm_source }} = 'newsletter' then 'email'
        when {{ utm_medium }} = 'paid_social' then 'social_ads'
        when {{ utm_medium }} = 'cpc' then 'search_ads'
        when {{ utm_medium }} = 'referral' then 'referral'
        when coalesce({{ utm_source }}, {{ referrer }}) ~ '(facebook|tiktok|zalo|instagram)' then 'social'
        when coalesce({{ utm_source }}, {{ referrer }}) ~ '(google|bing|coccoc)' then 'search'
        when {{ referrer }} is not null then 'referral'
        else 'direct'
    end
{%- endmacro %}
