{{ config(indexes=[{'columns': ['segment_id'], 'unique': True}]) }}

with listed as (

    select * from {{ ref('segment_definitions') }}

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
        listed.origin,
        listed.author,
        listed.rule,
        listed.fault,
        coalesce(members.member_count, 0)::integer as member_count,
        members.last_entered_at
    from listed
    left join members on listed.segment_id = members.segment_id

)

select * from final
