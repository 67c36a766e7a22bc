select *
from {{ ref('source_loads') }}
where delivered_count <> accepted_count + repeated_count + rejected_count
