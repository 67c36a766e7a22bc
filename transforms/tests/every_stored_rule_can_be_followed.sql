{{ config(severity='warn') }}

{#- A rule that no longer fits the tables, or whose author may no longer ask it. Its members stay as they were until
    updateSegment corrects it or deleteSegment takes it away. -#}
select segment_id, fault
from {{ ref('segment_definitions') }}
where fault is not null
