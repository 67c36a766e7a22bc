select segments.segment_id, segments.member_count, sizes.member_count as last_size
from {{ ref('segments') }} as segments
left join lateral (
    select daily.member_count
    from {{ ref('segment_sizes_daily') }} as daily
    where daily.segment_id = segments.segment_id
    order by daily.day_on desc
    limit 1
) as sizes on true
where segments.member_count <> coalesce(sizes.member_count, 0)
