{#- Every next best action, the most urgent first: `purpose` says which consent it needs (consent_purposes), `channels` by
    what it may go out, the best first. The model next_best_actions says whom each is for. -#}
{% macro next_action_list() -%}
    {{ return([
        {'action': 'answer_bad_score', 'purpose': 'service', 'channels': ['phone', 'email']},
        {'action': 'settle_ticket', 'purpose': 'service', 'channels': ['phone', 'email']},
        {'action': 'refill', 'purpose': 'marketing', 'channels': ['email', 'zalo', 'sms']},
        {'action': 'finish_cart', 'purpose': 'marketing', 'channels': ['email', 'zalo', 'sms']},
        {'action': 'win_back', 'purpose': 'marketing', 'channels': ['email', 'zalo', 'phone', 'sms']},
        {'action': 'offer_what_goes_with', 'purpose': 'marketing', 'channels': ['email', 'zalo', 'sms']},
        {'action': 'ask_for_referral', 'purpose': 'marketing', 'channels': ['email', 'zalo', 'sms']}
    ]) }}
{%- endmacro %}
