{{ config(materialized='view', enabled=var('identity_matching', true)) }}

select
    component as record_id,
    count(*)::integer as size
from {{ ref('certain_components') }}
where component is not null
group by component
