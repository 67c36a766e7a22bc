{#- Every identity's component: what identifiers tie for certain, and, with `identity_matching`, the components that the
    probabilistic step found to be one person's. Without it the two are the same. -#}
with certain as (

    select * from {{ ref('certain_components') }}

),

final as (

    select
        certain.identity_id,
        certain.node,
        certain.first_seen_at,
        {%- if var('identity_matching', true) %}
        coalesce(clusters.cluster_id, certain.component) as component
        {%- else %}
        certain.component
        {%- endif %}
    from certain
    {%- if var('identity_matching', true) %}
    left join {{ ref('match_clusters') }} as clusters on certain.component = clusters.record_id
    {%- endif %}

)

select * from final
