{#- How far two segments hold the same people, now. -#}
with members as (

    select segment_id, customer_id
    from {{ ref('segment_members') }}
    where left_at is null

),

sizes as (

    select segment_id, count(*) as member_count
    from members
    group by segment_id

),

pairs as (

    select
        one.segment_id,
        other.segment_id as other_segment_id,
        count(*) as shared_count
    from members as one
    inner join members as other
        on one.customer_id = other.customer_id
        and one.segment_id <> other.segment_id
    group by one.segment_id, other.segment_id

),

final as (

    select
        pairs.segment_id || ':' || pairs.other_segment_id as segment_overlap_id,
        pairs.segment_id,
        pairs.other_segment_id,
        pairs.shared_count,
        100.0 * pairs.shared_count / sizes.member_count as share,
        100.0 * pairs.shared_count
        / (sizes.member_count + other_sizes.member_count - pairs.shared_count) as jaccard
    from pairs
    inner join sizes on pairs.segment_id = sizes.segment_id
    inner join sizes as other_sizes on pairs.other_segment_id = other_sizes.segment_id

)

select * from final
