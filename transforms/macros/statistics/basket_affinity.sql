{#- How products go together in baskets, from a relation of (basket_id, product_id), each pair once.
    `chance` is the share of baskets with the first that hold the other as well, drawn towards the other's share of all
    baskets as if var affinity_shrinkage (20) more baskets had been seen at that share: two lucky baskets prove little. A pair seen together
    fewer than var affinity_min_baskets (3) times has no row. -#}
{% macro basket_affinity(baskets) -%}
    select
        pairs.product_id,
        pairs.other_product_id,
        pairs.pair_count,
        firsts.basket_count,
        others.basket_count as other_basket_count,
        totals.basket_count as total_count,
        pairs.pair_count::numeric / totals.basket_count as support,
        pairs.pair_count::numeric / firsts.basket_count as confidence,
        pairs.pair_count::numeric * totals.basket_count / (firsts.basket_count * others.basket_count) as lift,
        (
            pairs.pair_count
            + {{ var('affinity_shrinkage', 20) }} * others.basket_count::numeric / totals.basket_count
        ) / (firsts.basket_count + {{ var('affinity_shrinkage', 20) }}) as chance
    from (
        select
            one.product_id,
            other.product_id as other_product_id,
            count(*) as pair_count
        from {{ baskets }} as one
        inner join {{ baskets }} as other
            on one.basket_id = other.basket_id
            and one.product_id <> other.product_id
        group by one.product_id, other.product_id
        having count(*) >= {{ var('affinity_min_baskets', 3) }}
    ) as pairs
    inner join (
        select product_id, count(*) as basket_count from {{ baskets }} group by product_id
    ) as firsts on pairs.product_id = firsts.product_id
    inner join (
        select product_id, count(*) as basket_count from {{ baskets }} group by product_id
    ) as others on pairs.other_product_id = others.product_id
    cross join (
        select count(distinct basket_id) as basket_count from {{ baskets }}
    ) as totals
{%- endmacro %}
