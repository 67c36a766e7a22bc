{#- For each person, purpose and channel the last word is open, and none ends before it began. -#}
select customer_id, purpose, contact_channel
from {{ ref('consents') }}
where customer_id is not null
group by customer_id, purpose, contact_channel
having count(*) filter (where valid_to is null) <> 1
    or count(*) filter (where valid_to < valid_from) > 0
