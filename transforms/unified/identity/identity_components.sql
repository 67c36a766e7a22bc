{{ config(
    materialized='incremental' if var('identity_matching', true) else 'view',
    incremental_strategy='delete+insert',
    unique_key='node',
    full_refresh=false,
    on_schema_change='sync_all_columns',
    index_superseded=false,
    indexes=[
        {'columns': ['node'], 'unique': True},
        {'columns': ['component']},
        {'columns': ['certain_component']},
        {'columns': ['is_matched']},
        {'columns': ['batch']}
    ]
) }}

{#- Every identity's component: what identifiers tie for certain, and, with `identity_matching`, the components that the
    probabilistic step found to be one person's. Without it the two are the same. -#}
with certain as not materialized (

    select * from {{ ref('certain_components') }}

),

{%- if var('identity_matching', true) %}

clusters as (

    select record_id, cluster_id
    from {{ ref('match_clusters') }}
    where record_id <> cluster_id

),
{%- else %}

clusters as (

    select null::integer as record_id, null::integer as cluster_id
    where false

),
{%- endif %}

{%- if is_incremental() %}

known as (

    {{ rows_of(this, 'certain_component', 'clusters', 'record_id') }}

),

touched as (

    select node from certain
    where {{ is_new_to_this() }}

    -- components that the probabilistic step puts elsewhere than before
    union
    select known.node
    from known
    inner join clusters on known.certain_component = clusters.record_id
    where known.component <> clusters.cluster_id
    union
    select known.node
    from {{ this }} as known
    where known.is_matched
        and not exists (
            select 1 from clusters
            where clusters.record_id = known.certain_component and clusters.cluster_id = known.component
        )

),
{%- endif %}

final as (

    select
        certain.identity_id,
        certain.node,
        certain.component as certain_component,
        coalesce(clusters.cluster_id, certain.component) as component,
        clusters.cluster_id is not null as is_matched,
        {{ batches(ref('certain_components')) }}
    {%- if is_incremental() %}
    from ({{ rows_of('certain', 'node', 'touched') }}) as certain
    {%- else %}
    from certain
    {%- endif %}
    left join clusters on certain.component = clusters.record_id

)

select * from final
