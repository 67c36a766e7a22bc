{#- Every segment: the model segment_<id> says who is in it. Purpose `marketing`, `profiling` or `sharing` means that the
    model asks for that consent; `service` needs none. -#}
{% macro segment_list() -%}
    {{ return([
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
    ]) }}
{%- endmacro %}
