select component, count(*) as size
from {{ ref('identity_components') }}
group by component
having count(*) > {{ var('identity_max_component', 200) }}
