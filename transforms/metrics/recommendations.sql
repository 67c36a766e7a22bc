{{ config(indexes=[{'columns': ['customer_id', 'rank'], 'unique': True}]) }}

{#- What to show a customer next: five products by the chance that they go into one basket with what the customer has
    bought in the last year, and the most bought ones where nothing speaks for more. What somebody has is left out, unless
    it is used up: then it comes back when it should be running out. Only who agreed to profiling gets any. -#}
with clock as (

    select * from {{ ref('clock') }}

),

customers as (

    select customer_id from {{ ref('customer_features') }}
    where has_profiling_consent

),

affinity as (

    select * from {{ ref('product_affinity') }}
    where lift > 1

),

popularity as (

    select * from {{ ref('product_popularity') }}

),

replenishable as (

    select * from {{ ref('replenishable_products') }}

),

bought as (

    select
        orders.customer_id,
        items.product_id,
        (max(orders.ordered_at) at time zone '{{ var("timezone") }}')::date as last_bought_on
    from {{ ref('orders') }} as orders
    inner join customers on orders.customer_id = customers.customer_id
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    where orders.is_purchase
        and items.product_id is not null
    group by orders.customer_id, items.product_id

),

lately as (

    select bought.*
    from bought
    cross join clock
    where bought.last_bought_on > clock.as_of_on - 365

),

candidates as (

    select
        lately.customer_id,
        affinity.other_product_id as product_id,
        'goes_with' as reason,
        affinity.chance,
        lately.product_id as because_product_id,
        affinity.lift
    from lately
    inner join affinity on lately.product_id = affinity.product_id
    union all
    select
        lately.customer_id,
        lately.product_id,
        'running_out',
        coalesce(popularity.share, 0),
        lately.product_id,
        null
    from lately
    inner join replenishable on lately.product_id = replenishable.product_id
    left join popularity on lately.product_id = popularity.product_id
    union all
    select
        customers.customer_id,
        popularity.product_id,
        'popular',
        popularity.share,
        null,
        null
    from customers
    cross join popularity
    where popularity.rank <= 20

),

{#- One reason for each: the one with the best chance, and what is told of the customer before what all do. -#}
chosen as (

    select distinct on (candidates.customer_id, candidates.product_id)
        candidates.*,
        replenishable.lasts_days,
        bought.last_bought_on
    from candidates
    cross join clock
    left join bought
        on candidates.customer_id = bought.customer_id
        and candidates.product_id = bought.product_id
    left join replenishable on candidates.product_id = replenishable.product_id
    where bought.last_bought_on is null
        or bought.last_bought_on + replenishable.lasts_days <= clock.as_of_on
    order by
        candidates.customer_id,
        candidates.product_id,
        candidates.chance desc,
        candidates.reason = 'popular',
        candidates.because_product_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by chance desc, product_id
        ) as rank
    from chosen

),

final as (

    select
        customer_id || ':' || product_id as recommendation_id,
        customer_id,
        rank::integer as rank,
        product_id,
        reason,
        chance,
        because_product_id,
        lift,
        last_bought_on
    from ranked
    where rank <= 5

)

select * from final
