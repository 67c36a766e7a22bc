{#- For each person, purpose and channel the periods follow on each other, and the last one is open. -#}
select customer_id, purpose, contact_channel, count(*) filter (where valid_to is null) as open_count
from {{ ref('consents') }}
where customer_id is not null
group by customer_id, purpose, contact_channel
having count(*) filter (where valid_to is null) <> 1
    or count(*) filter (where valid_to < valid_from) > 0
    or count(distinct valid_from) + 1
        < count(distinct coalesce(valid_to, timestamptz '9999-01-01')) + count(*) filter (where valid_to = valid_from)
