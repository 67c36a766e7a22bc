{#- Every segment: the model segment_<id> says whom it is about. `purpose` says what for (seed consent_purposes): where
    that needs consent, only those who gave it become members, for `contact_channel` alone if one is written. One
    without a purpose is refused; one that is not in this list has no members, and a test refuses it. -#}
{% macro segment_list() -%}
    {%- set segments = [
        {
            'id': 'champions', 'name': 'Champions', 'name_vi': 'Khách hàng nhà vô địch', 'purpose': 'service',
            'description': 'Bought lately, often and for much: RFM 4 or 5 in all three, over 365 days.'
        },
        {
            'id': 'win_back', 'name': 'Win back', 'name_vi': 'Cần mời quay lại', 'purpose': 'marketing',
            'description': 'Bought twice or more, silent for longer than their own rhythm, and may be written to.'
        },
        {
            'id': 'unhappy', 'name': 'Unhappy lately', 'name_vi': 'Không hài lòng gần đây', 'purpose': 'service',
            'description': 'A low score or two complaints in the last 90 days: answer them.'
        }
    ] -%}
    {%- for segment in segments if not segment.get('purpose') -%}
        {{ exceptions.raise_compiler_error(
            "segment '" ~ segment.id ~ "' has no purpose: write one of seeds/reference/consent_purposes.csv"
        ) }}
    {%- endfor -%}
    {{ return(segments) }}
{%- endmacro %}
