{{ config(
    materialized='incremental',
    incremental_strategy='replace',
    unique_key='customer_id',
    gone_when='field_sources is null',
    indexes=[
        {'columns': ['customer_id'], 'unique': True},
        {'columns': ['email']},
        {'columns': ['phone']},
        {'columns': ['search_name']},
        {'columns': ['search'], 'type': 'gin'},
        {'columns': ['last_seen_at']},
        {'columns': ['batch']}
    ]
) }}

{#- Written anew are those of whom something was written since, and those who stand in another age band as the year
    turned. What identities, statements and orders say of them is worked out anew only where such were written (`retold`),
    and taken over of the others (`untold`), who came by again.
    One row keeps how many customers stand at each level with which gaps, of which `understanding` is made: each build takes
    from it the touched as they were and adds them as they are. -#}
{%- set changes = ref('customer_changes') %}
{%- set fields = [
    'full_name', 'email', 'phone', 'sex', 'birth_on', 'birth_year', 'occupation', 'province', 'address', 'field_sources'
] %}

with clock as (

    select * from {{ ref('clock') }}

),
{%- if is_incremental() %}

{{ retold_customers(changes) }},
{%- endif %}
{%- for relation, whose in {
    'identities': 'retold', 'customer_profiles': 'retold', 'profile_values': 'retold', 'orders': 'retold',
    'journeys': 'touched', 'feedback': 'touched'
}.items() %}

{{ relation }} as {{ '' if is_incremental() else 'not materialized ' }}(
    {% if is_incremental() %}
    {{ rows_of(ref(relation), 'customer_id', whose) }}
    {%- else %}
    select * from {{ ref(relation) }}
    where customer_id is not null
    {%- endif %}

),
{%- endfor %}

said as (

    select customer_id, count(*) filter (where score is not null or text is not null) as feedback_count
    from feedback
    group by customer_id

),

people as (

    select
        customer_id,
        count(*) as identity_count,
        min(first_seen_at) as first_identified_at,
        max(last_seen_at) as last_identified_at
    from identities
    group by customer_id

),

survived as (

    select
        customer_id,
        {%- for field in [
            'full_name', 'email', 'phone', 'sex', 'birth_date', 'birth_year', 'occupation', 'province', 'address'
        ] %}
        max(value) filter (where field = '{{ field }}') as {{ field }},
        {%- endfor %}
        jsonb_object_agg(field, source order by field) as field_sources
    from customer_profiles
    group by customer_id

),

fields as (

    select
        customer_id,
        case
            when full_name in (upper(full_name), lower(full_name)) then initcap(full_name)
            else full_name
        end as full_name,
        email,
        phone,
        sex,
        birth_date::date as birth_on,
        coalesce(extract(year from birth_date::date)::integer, birth_year::integer) as birth_year,
        occupation,
        province,
        address,
        field_sources
    from survived

),

{#- Every touchpoint of a customer is one of a journey of theirs. -#}
seen as (

    select
        customer_id,
        sum(touchpoint_count) as touchpoint_count,
        min(started_at) as first_seen_at,
        max(last_touchpoint_at) as last_seen_at,
        max(first_channel) filter (where journey_number = 1) as first_channel
    from journeys
    group by customer_id

),

bought as (

    select
        customer_id,
        count(*) as order_count,
        sum(revenue) as revenue,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at,
        (array_agg(order_id order by ordered_at desc, order_id desc))[1] as last_order_id
    from orders
    where is_purchase
    group by customer_id

),

stages as (

    select distinct on (customer_id)
        customer_id,
        stage,
        outcome
    from journeys
    order by customer_id, journey_number desc

),

{#- The earliest is first in the index. -#}
first_visits as (

    {%- if is_incremental() %}
    select
        touched.customer_id,
        earliest.traffic_channel
    from touched
    cross join lateral (
        select visits.traffic_channel
        from {{ ref('sessions') }} as visits
        where visits.customer_id = touched.customer_id
        order by visits.started_at, visits.session_id
        limit 1
    ) as earliest
    {%- else %}
    select distinct on (customer_id)
        customer_id,
        traffic_channel
    from {{ ref('sessions') }}
    where customer_id is not null
    order by customer_id, started_at, session_id
    {%- endif %}

),

{{ customer_searches() }},

{#- Joined once, so that PostgreSQL expects as many as there are: sums of parts, joined to each other, it takes for quadrillions. -#}
{%- set of_people = ['identity_count', 'first_identified_at', 'last_identified_at'] %}
{%- set of_purchases = ['order_count', 'revenue', 'first_order_at', 'last_order_at', 'last_order_id'] %}

described as (

    select
        people.customer_id,
        {{ fields | join(', ') }},
        {{ of_people | join(', ') }},
        {{ of_purchases | join(', ') }},
        searches.search
    from people
    left join fields on people.customer_id = fields.customer_id
    left join bought on people.customer_id = bought.customer_id
    left join searches on people.customer_id = searches.customer_id
    {%- if is_incremental() %}
    union all
    select
        customer_id,
        {{ fields | join(', ') }},
        {{ of_people | join(', ') }},
        {{ of_purchases | join(', ') }},
        search
    from untold
    {%- endif %}

),

known as (

    select
        described.customer_id,
        {%- for field in fields[:-1] + of_people + of_purchases[2:] + ['search'] %}
        described.{{ field }},
        {%- endfor %}
        coalesce(described.field_sources, '{}'::jsonb) as field_sources,
        least(described.first_identified_at, seen.first_seen_at) as first_seen_at,
        greatest(described.last_identified_at, seen.last_seen_at) as last_seen_at,
        seen.first_channel,
        first_visits.traffic_channel as first_traffic_channel,
        coalesce(seen.touchpoint_count, 0) as touchpoint_count,
        coalesce(described.order_count, 0) as order_count,
        coalesce(described.revenue, 0) as revenue,
        coalesce(said.feedback_count, 0) as feedback_count,
        stages.stage,
        stages.outcome
    from described
    left join seen on described.customer_id = seen.customer_id
    left join said on described.customer_id = said.customer_id
    left join stages on described.customer_id = stages.customer_id
    left join first_visits on described.customer_id = first_visits.customer_id

),

levelled as (

    select
        *,
        {{ understanding_level(
            'full_name', 'email', 'phone', 'order_count', 'touchpoint_count', 'feedback_count'
        ) }} as understanding_level,
        {{ understanding_gaps(
            'full_name', 'email', 'phone', 'birth_year', 'sex', 'province', 'order_count', 'touchpoint_count',
            'feedback_count'
        ) }} as understanding_gaps
    from known

),
{%- if is_incremental() %}

{{ levels_counted() }},
{%- endif %}

final as (

    select
        {{ 'touched' if is_incremental() else 'levelled' }}.customer_id,
        levelled.full_name,
        {{ search_key('levelled.full_name') }} as search_name,
        levelled.search,
        case
            when levelled.full_name like '% %' then substring(levelled.full_name from '[^ ]+$')
            else levelled.full_name
        end as given_name,
        case
            when levelled.full_name like '% %' then split_part(levelled.full_name, ' ', 1)
        end as family_name,
        levelled.email,
        levelled.phone,
        levelled.sex,
        levelled.birth_on,
        levelled.birth_year,
        {{ age_band('levelled.birth_year', 'clock.as_of_on') }} as age_band,
        levelled.occupation,
        levelled.province,
        levelled.address,
        levelled.field_sources,
        levelled.identity_count::integer as identity_count,
        levelled.first_identified_at,
        levelled.last_identified_at,
        levelled.first_seen_at,
        levelled.last_seen_at,
        levelled.first_channel,
        levelled.first_traffic_channel,
        levelled.touchpoint_count::integer as touchpoint_count,
        levelled.order_count::integer as order_count,
        levelled.revenue,
        '{{ var("currency") }}' as currency,
        levelled.first_order_at,
        levelled.last_order_at,
        levelled.last_order_id,
        levelled.feedback_count::integer as feedback_count,
        levelled.stage,
        levelled.outcome as journey_outcome,
        levelled.understanding_level,
        levelled.understanding_gaps,
        {{ understanding_lifts('levelled.understanding_level') }} as understanding_lifts,
        {%- if is_incremental() %}
        case when levelled.customer_id = (select min(counts.customer_id) from levelled as counts) then (
            select jsonb_agg(counted) from counted
        ) end as level_counts,
        {%- else %}
        null::jsonb as level_counts,
        {%- endif %}
        {{ batch_above(changes) }} as batch,
        {{ newest_batch(changes) }} as seen_batch,
        {{ newest_moment() }} as clock_batch
    from {{ 'touched' if is_incremental() else 'levelled' }}
    {%- if is_incremental() %}
    left join levelled on touched.customer_id = levelled.customer_id
    {%- endif %}
    cross join clock

)

select * from final
