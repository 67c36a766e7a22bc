select component, count(*) as size
from {{ ref('identity_components') }}
where component is not null
group by component
having count(*) > {{ var('identity_max_component', 200) }}
