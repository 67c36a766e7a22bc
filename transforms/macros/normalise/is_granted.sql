{#- What somebody said about a consent, in the words systems write: true for yes, false for no, null for anything else. -#}
{% macro is_granted(value) -%}
    case
        when lower(btrim({{ value }}::text)) in (
            'granted', 'grant', 'given', 'accepted', 'opt_in', 'opt-in', 'subscribed', 'yes', 'true', '1', 'đồng ý'
        ) then true
        when lower(btrim({{ value }}::text)) in (
            'withdrawn', 'withdraw', 'revoked', 'denied', 'refused', 'opt_out', 'opt-out', 'unsubscribed', 'no',
            'false', '0', 'từ chối', 'rút lại'
        ) then false
    end
{%- endmacro %}
