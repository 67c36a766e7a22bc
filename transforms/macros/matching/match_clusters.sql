{#- One row per record that may be one person with another: its group (records chained by probable pairs), and its
    cluster: the first record of the person, with the probability that the two alone are one. All pairs of a group are compared, those no rule brought as well:
    `apart`, a relation of pairs (low_id, high_id) that are known to be two people, outweighs everything. Among those who are
    equally alike the order decides: that of the ids, or, where ids hang on the order of arrival, of `key` in `keyed`, a query
    of record_id and key over the records of the CTE `paired`. -#}
{% macro match_clusters(
    terms, comparisons, parameters, scores, probable=0.5, decided=0.5, apart=none, sizes=none, keyed=none, max_size=200, max_group=60
) -%}
{%- set schema = var('functions_schema', 'functions') -%}
with probable_pairs as (

    select low_id, high_id, weight
    from {{ scores }}
    where probability >= {{ probable }}

),

paired as (

    select low_id as record_id from probable_pairs
    union
    select high_id from probable_pairs

),

numbered as (

    select
        keyed.record_id,
        (row_number() over (order by keyed.key))::integer as number
    from (
        {{ keyed or 'select record_id, record_id as key from paired' }}
    ) as keyed

),

links as (

    select
        array_agg(a order by weight desc, a, b) as a,
        array_agg(b order by weight desc, a, b) as b
    from (
        select
            least(low.number, high.number) as a,
            greatest(low.number, high.number) as b,
            probable_pairs.weight
        from probable_pairs
        inner join numbered as low on probable_pairs.low_id = low.record_id
        inner join numbered as high on probable_pairs.high_id = high.record_id
    ) as pairs

),

grouped as (

    select
        numbered.record_id,
        joined.component as group_number,
        (row_number() over (partition by joined.component order by numbered.number))::integer as place
    from links
    cross join lateral {{ schema }}.components(
        links.a, links.b, '{}'::integer[], '{}'::integer[], {{ max_group }}
    ) as joined
    inner join numbered on joined.node = numbered.number

),

pairs_within as (

    select
        low.record_id as low_id,
        high.record_id as high_id,
        low.group_number,
        low.place as low_place,
        high.place as high_place
    from grouped as low
    inner join grouped as high
        on low.group_number = high.group_number
        and low.record_id < high.record_id

),

compared as (

    {{ rows_of(living(terms), 'record_id', 'grouped') }}

),

{{ match_levels('pairs_within', 'compared', comparisons, ['group_number', 'low_place', 'high_place']) }},

{{ match_scores(terms, comparisons, parameters, ['group_number', 'low_place', 'high_place']) }},

both_ways as (

    select
        scores.group_number,
        ends.row_place,
        ends.column_place,
        {%- if apart is not none %}
        case
            when exists (
                select 1 from {{ apart }} as apart
                where apart.low_id = scores.low_id and apart.high_id = scores.high_id
            ) then -1e9
            else greatest(least(scores.weight, 40), -40)
        end as weight
        {%- else %}
        greatest(least(scores.weight, 40), -40) as weight
        {%- endif %}
    from scores
    cross join lateral (
        values (scores.low_place, scores.high_place), (scores.high_place, scores.low_place)
    ) as ends (row_place, column_place)
    union all
    select group_number, place, place, 0 from grouped

),

squares as (

    select
        group_number,
        array_agg(weight order by row_place, column_place) as weights
    from both_ways
    group by group_number

),

members as (

    select
        grouped.group_number,
        array_agg(grouped.record_id order by grouped.place) as record_ids,
        array_agg({{ 'sizes.size' if sizes is not none else '1' }} order by grouped.place)::integer[] as sizes
    from grouped
    {%- if sizes is not none %}
    inner join ({{ rows_of(sizes, 'record_id', 'grouped') }}) as sizes on grouped.record_id = sizes.record_id
    {%- endif %}
    group by grouped.group_number

),

clustered as (

    select
        members.group_number,
        members.record_ids,
        {{ schema }}.average_linkage(
            squares.weights, members.sizes, log(2, ({{ decided }} / (1 - {{ decided }}))::numeric)::double precision, {{ max_size }}
        ) as clusters
    from members
    inner join squares on members.group_number = squares.group_number

),

placed as (

    select
        listed.record_id,
        clustered.group_number,
        min(listed.record_id) over (partition by clustered.group_number, listed.place) as cluster_id
    from clustered
    cross join lateral unnest(clustered.record_ids, clustered.clusters) as listed (record_id, place)

),

final as (

    select
        placed.record_id,
        placed.group_number,
        placed.cluster_id,
        scores.probability
    from placed
    left join scores
        on placed.cluster_id = scores.low_id
        and placed.record_id = scores.high_id

)

select * from final
{%- endmacro %}
