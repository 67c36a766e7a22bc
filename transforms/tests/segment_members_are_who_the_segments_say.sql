{#- Nobody is a member whom the segment's model does not name, and whom it names is one, or their consent is missing. -#}
{%- for segment in segment_list() %}
select '{{ segment.id }}' as segment_id, coalesce(members.customer_id, said.customer_id) as customer_id
from (
    select customer_id
    from {{ ref('segment_members') }}
    where segment_id = '{{ segment.id }}' and left_at is null
) as members
full join {{ ref('segment_' ~ segment.id) }} as said
    on members.customer_id = said.customer_id
left join (
    select customer_id
    from {{ ref('permissions') }}
    where purpose = '{{ segment.purpose }}'
        and contact_channel = '{{ segment.get("contact_channel", "any") }}'
) as permissions
    on said.customer_id = permissions.customer_id
cross join (
    select bool_or(needs_consent) as needs_consent
    from {{ ref('consent_purposes') }}
    where purpose = '{{ segment.purpose }}'
) as purposes
where said.customer_id is null
    or (members.customer_id is null and (not purposes.needs_consent or permissions.customer_id is not null))
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
