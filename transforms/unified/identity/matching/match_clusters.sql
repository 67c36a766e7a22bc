{{ config(enabled=var('identity_matching', true)) }}

{#- A component is named by the number of its first node, which hangs on who came first. -#}
{%- set keyed -%}
select component as record_id, min(identity_id collate "C") as key
from ({{ rows_of(ref('certain_components'), 'component', 'paired', 'record_id') }}) as members
group by component
{%- endset %}

{{ match_clusters(
    ref('match_profiles'), customer_comparisons(), ref('match_parameters'), ref('match_scores'),
    probable=var('identity_match_review', 0.8), decided=var('identity_match_automatic', 0.99),
    apart=ref('match_apart'), sizes=ref('match_sizes'), keyed=keyed,
    max_size=var('identity_max_component', 200)
) }}
