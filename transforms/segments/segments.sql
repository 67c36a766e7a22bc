{{ config(indexes=[{'columns': ['segment_id'], 'unique': True}]) }}

with listed as (

    {%- for segment in segment_list() %}
    select
        '{{ segment.id }}' as segment_id,
        '{{ segment.name }}' as name,
        '{{ segment.name_vi }}' as name_vi,
        '{{ segment.description }}' as description,
        '{{ segment.purpose }}' as purpose,
        '{{ segment.get("contact_channel", "any") }}' as contact_channel
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

members as (

    select segment_id, count(*) as member_count, max(entered_at) as last_entered_at
    from {{ ref('segment_members') }}
    where left_at is null
    group by segment_id

),

final as (

    select
        listed.segment_id,
        listed.name,
        listed.name_vi,
        listed.description,
        listed.purpose,
        listed.contact_channel,
        coalesce(members.member_count, 0)::integer as member_count,
        members.last_entered_at
    from listed
    left join members on listed.segment_id = members.segment_id

)

select * from final
