select feedback_id
from {{ ref('feedback') }}
where score not between scale_min and scale_max
