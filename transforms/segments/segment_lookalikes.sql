{{ config(indexes=[{'columns': ['segment_id', 'rank']}, {'columns': ['customer_id']}]) }}

{#- Who is most like the members of a segment without being one.

    Naive Bayes over what is known of everybody (lookalike_features). Numbers are standardised over all customers and cut
    at three deviations; members and others are two normal distributions each. A word is somebody's or not. A feature
    speaks only where the two sides differ by more than chance (Welch's t of 3 and more), and no number says more than
    e³, twenty to one: features that tell the same, such as orders and revenue, would else outshout the rest. What is
    not known of a person says nothing.

    Only those who agreed to profiling are judged; up to the var `lookalike_size` of them per segment. -#}
{%- set features = lookalike_features() %}
with customers as (

    select
        features.*,
        customers.sex,
        customers.age_band,
        customers.province,
        customers.first_channel,
        customers.first_traffic_channel,
        customers.stage
    from {{ ref('customer_features') }} as features
    inner join {{ ref('customers') }} as customers on features.customer_id = customers.customer_id

),

members as (

    select segment_id, customer_id
    from {{ ref('segment_members') }}
    where left_at is null

),

permissions as (

    select customer_id
    from {{ ref('permissions') }}
    where purpose = 'profiling' and contact_channel = 'any'

),

customer_values as (

    select
        customers.customer_id,
        told.feature,
        told.value
    from customers
    cross join lateral (values
        {%- for name in features.numbers %}
        ('{{ name }}', customers.{{ name }}::double precision),
        {%- endfor %}
        {%- for name in features.amounts %}
        ('{{ name }}', ln(1 + greatest(customers.{{ name }}, 0))::double precision),
        {%- endfor %}
        {%- for name in features.words %}
        ('{{ name }}: ' || customers.{{ name }}, 1)
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ) as told (feature, value)
    where told.feature is not null and told.value is not null

),

totals as (

    select count(*)::double precision as customer_count
    from customers

),

{#- A word that somebody does not have is 0; a number that is not known is left out. -#}
spreads as (

    select
        customer_values.feature,
        customer_values.feature like '%: %' as is_word,
        case
            when customer_values.feature like '%: %' then count(*) / min(totals.customer_count)
            else avg(customer_values.value)
        end as mean,
        case
            when customer_values.feature like '%: %'
                then sqrt(count(*) / min(totals.customer_count) * (1 - count(*) / min(totals.customer_count)))
            else stddev_pop(customer_values.value)
        end as deviation
    from customer_values
    cross join totals
    group by customer_values.feature
    having count(*) >= 20

),

standardised as (

    select
        customer_values.customer_id,
        customer_values.feature,
        spreads.is_word,
        {#- of a word: what having it adds to not having it -#}
        case
            when spreads.is_word then 1 / spreads.deviation
            else least(3, greatest(-3, (customer_values.value - spreads.mean) / spreads.deviation))
        end as z
    from customer_values
    inner join spreads on customer_values.feature = spreads.feature
    where spreads.deviation > 0

),

overall as (

    select
        feature,
        is_word,
        count(*)::double precision as known_count,
        sum(z) as z_sum,
        sum(z * z) as z_squares
    from standardised
    group by feature, is_word

),

sizes as (

    select segment_id, count(*)::double precision as member_count
    from members
    group by segment_id

),

inside as (

    select
        members.segment_id,
        standardised.feature,
        count(*)::double precision as known_count,
        sum(standardised.z) as z_sum,
        sum(standardised.z * standardised.z) as z_squares
    from members
    inner join standardised on members.customer_id = standardised.customer_id
    group by members.segment_id, standardised.feature

),

{#- The two sides of each feature; of a word everybody is known, of a number those who have one. -#}
sides as (

    select
        sizes.segment_id,
        overall.feature,
        case when overall.is_word then sizes.member_count else coalesce(inside.known_count, 0) end as n_in,
        case when overall.is_word then totals.customer_count else overall.known_count end
        - case when overall.is_word then sizes.member_count else coalesce(inside.known_count, 0) end as n_out,
        coalesce(inside.z_sum, 0) as sum_in,
        overall.z_sum - coalesce(inside.z_sum, 0) as sum_out,
        coalesce(inside.z_squares, 0) as squares_in,
        overall.z_squares - coalesce(inside.z_squares, 0) as squares_out
    from sizes
    cross join overall
    cross join totals
    left join inside
        on sizes.segment_id = inside.segment_id
        and overall.feature = inside.feature

),

compared as (

    select
        segment_id,
        feature,
        n_in,
        n_out,
        sum_in / n_in as mean_in,
        sum_out / n_out as mean_out,
        {#- a trait that every member has would otherwise weigh without end -#}
        greatest(0, squares_in / n_in - (sum_in / n_in) ^ 2) + 1 / n_in as variance_in,
        greatest(0, squares_out / n_out - (sum_out / n_out) ^ 2) + 1 / n_out as variance_out
    from sides
    where n_in >= 10 and n_out >= 10

),

telling as (

    select *
    from compared
    where abs(mean_in - mean_out) >= 3 * sqrt(variance_in / n_in + variance_out / n_out)

),

said as (

    select
        telling.segment_id,
        standardised.customer_id,
        standardised.feature,
        case
            when standardised.is_word
                then standardised.z * (telling.mean_in - telling.mean_out)
                / ((telling.variance_in + telling.variance_out) / 2)
            else least(3, greatest(-3, (
                ln(telling.variance_out / telling.variance_in)
                + (standardised.z - telling.mean_out) ^ 2 / telling.variance_out
                - (standardised.z - telling.mean_in) ^ 2 / telling.variance_in
            ) / 2))
        end as points
    from telling
    inner join standardised on telling.feature = standardised.feature
    inner join permissions on standardised.customer_id = permissions.customer_id

),

scored as (

    select
        said.segment_id,
        said.customer_id,
        sum(said.points) as score,
        (array_agg(said.feature order by said.points desc, said.feature) filter (where said.points > 0))[1:3] as reasons
    from said
    left join members
        on said.segment_id = members.segment_id
        and said.customer_id = members.customer_id
    where members.customer_id is null
    group by said.segment_id, said.customer_id

),

ranked as (

    select
        *,
        row_number() over (partition by segment_id order by score desc, customer_id)::integer as rank
    from scored
    where score > 0

),

final as (

    select
        segment_id || ':' || customer_id as segment_lookalike_id,
        segment_id,
        customer_id,
        rank,
        round(score::numeric, 4)::double precision as score,
        reasons
    from ranked
    where rank <= {{ var('lookalike_size', 1000) }}

)

select * from final
