{#- Of those whom segments are about, the ones that may be members: the purpose needs no consent, or they gave it.

    claimed   a relation of segment_id, customer_id, reason, purpose, contact_channel -#}
{% macro with_consent(claimed) -%}
    select
        claimed.segment_id,
        claimed.customer_id,
        claimed.reason
    from {{ claimed }} as claimed
    inner join {{ ref('consent_purposes') }} as purposes on claimed.purpose = purposes.purpose
    left join {{ ref('permissions') }} as permissions
        on claimed.customer_id = permissions.customer_id
        and claimed.purpose = permissions.purpose
        and claimed.contact_channel = permissions.contact_channel
    where not purposes.needs_consent
        or permissions.customer_id is not null
{%- endmacro %}

{#- Whom each segment of a file is about. -#}
{% macro claimed_by_files() -%}
    {%- for segment in segment_list() %}
    select
        '{{ segment.id }}' as segment_id,
        customer_id,
        reason,
        '{{ segment.purpose }}' as purpose,
        '{{ segment.get("contact_channel", "any") }}' as contact_channel
    from {{ ref('segment_' ~ segment.id) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
