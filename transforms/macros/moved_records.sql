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

{#- CTE `named`: the units of `touched`, such as accounts and cards, and all others that `this` holds of the people whose they
    were or are, where what is said of one hangs on the others. `record_types` tells the record behind each type of unit. -#}
{% macro units_of_people(inputs, record_types, unit_type, unit_id) -%}
held as (

    {{ rows_of(this, unit_id, 'touched') }}

),

touched_people as materialized (

    select held.customer_id
    from held
    inner join touched
        on held.{{ unit_type }} = touched.{{ unit_type }}
        and held.{{ unit_id }} = touched.{{ unit_id }}
    {%- for type, record_type in record_types.items() %}
    union
    select customer_id from {{ inputs.people }}
    where record_type = '{{ record_type }}'
        and record_id = any(array(
            select touched.{{ unit_id }} from touched where touched.{{ unit_type }} = '{{ type }}'
        ))
    {%- endfor %}

),

named as materialized (

    select {{ unit_type }}, {{ unit_id }} from touched
    union
    select {{ unit_type }}, {{ unit_id }} from {{ this }}
    where customer_id = {{ any_of('touched_people', 'customer_id') }}

)
{%- endmacro %}

{#- Whose records of some types are: of all, or, of an increment, of those whose ids the CTE names. -#}
{% macro owners_of(people, record_types, cte, column) -%}
    select record_type, record_id, customer_id from {{ people }}
    {%- if is_incremental() %}
    {{ expected_many() }}
    where record_type in ('{{ record_types | join("', '") }}')
        and record_id = {{ any_of(cte, column) }}
    offset 0
    {%- else %}
    where record_type in ('{{ record_types | join("', '") }}')
    {%- endif %}
{%- endmacro %}
