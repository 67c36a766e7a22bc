{#- CTE `moved_records`: the records that may have another owner since, or none any more. A record that lost its owner is no
    longer there to tell of it; then the record itself was written, or what it claims. Of a model that keeps in
    `seen_batches` how far it had read `records`, `claims` and `people`, after the CTE `looked`. -#}
{% macro moved_records(inputs) -%}
changed_claims as (

    select record_key from {{ inputs.claims }}
    where {{ above_seen('claims') }}

),

records_of_claims as (

    {{ rows_of(inputs.records, 'record_key', 'changed_claims') }}

),

moved_records as materialized (

    select record_type, record_id from {{ inputs.people }}
    where {{ above_seen('people') }}
    union
    select record_type, record_id from {{ inputs.records }}
    where {{ above_seen('records') }}
    union
    select record_type, record_id from records_of_claims

)
{%- endmacro %}
