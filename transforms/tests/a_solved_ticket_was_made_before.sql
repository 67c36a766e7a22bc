select ticket_id
from {{ ref('tickets') }}
where solved_at < created_at
    or first_reply_at < created_at
    or business_hours_to_resolution > hours_to_resolution + 0.01
