select cohort_on
from {{ ref('retention_cohorts') }}
where (period = 0 and retention <> 100)
    or active_count > cohort_size
    or not coalesce(retention between retention_lower and retention_upper, true)
