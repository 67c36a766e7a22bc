{%- for segment in segment_list() %}
select '{{ segment.id }}' as segment_id, coalesce(members.customer_id, said.customer_id) as customer_id
from (
    select customer_id
    from {{ ref('segment_members') }}
    where segment_id = '{{ segment.id }}' and left_at is null
) as members
full join {{ ref('segment_' ~ segment.id) }} as said
    on members.customer_id = said.customer_id
where members.customer_id is null or said.customer_id is null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
