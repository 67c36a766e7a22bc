{#- Are recommendations better than showing everybody what sells most? Learnt from baskets up to half a year ago (var
    backtest_days, 180), asked of the baskets since: of each basket of several products one is hidden in turn, and three
    products are guessed from the others. At most 2,000 baskets are asked, always the same. -#}
with clock as (

    select * from {{ ref('clock') }}

),

baskets as (

    select distinct
        orders.order_id as basket_id,
        orders.ordered_at,
        items.product_id,
        orders.ordered_at <= clock.as_of_at - interval '{{ var("backtest_days", 180) }} days' as is_learnt
    from {{ ref('orders') }} as orders
    inner join {{ ref('order_items') }} as items on orders.order_id = items.order_id
    cross join clock
    where orders.is_purchase
        and items.product_id is not null

),

learnt as (

    select basket_id, product_id from baskets
    where is_learnt

),

affinity as (

    select * from (
        {{ basket_affinity('learnt') }}
    ) as pairs
    where lift > 1

),

popularity as (

    select
        product_id,
        count(*)::numeric / (select count(distinct basket_id) from learnt) as share
    from learnt
    group by product_id
    order by count(*) desc, product_id
    limit 10

),

asked as (

    select basket_id
    from baskets
    where not is_learnt
    group by basket_id
    having count(*) >= 2
    order by md5(basket_id)
    limit 2000

),

hidden as (

    select
        row_number() over (order by basket_id, product_id) as question,
        basket_id,
        product_id
    from baskets
    inner join asked using (basket_id)

),

given as (

    select
        hidden.question,
        baskets.product_id
    from hidden
    inner join baskets
        on hidden.basket_id = baskets.basket_id
        and hidden.product_id <> baskets.product_id

),

guesses as (

    select
        'affinity' as method,
        given.question,
        affinity.other_product_id as product_id,
        affinity.chance
    from given
    inner join affinity on given.product_id = affinity.product_id
    union all
    select
        methods.method,
        hidden.question,
        popularity.product_id,
        popularity.share
    from hidden
    cross join popularity
    cross join (values ('affinity'), ('popularity')) as methods (method)

),

ranked as (

    select
        guesses.method,
        guesses.question,
        guesses.product_id,
        row_number() over (
            partition by guesses.method, guesses.question
            order by max(guesses.chance) desc, guesses.product_id
        ) as rank
    from guesses
    left join given
        on guesses.question = given.question
        and guesses.product_id = given.product_id
    where given.question is null
    group by guesses.method, guesses.question, guesses.product_id

),

counted as (

    select
        best.method,
        count(distinct hidden.question)::integer as n,
        count(*) filter (where best.rank <= 3 and best.product_id = hidden.product_id)::integer as hits,
        round(
            count(*) filter (where best.rank <= 3 and best.product_id = hidden.product_id)::numeric
            / count(distinct hidden.question), 6
        ) as hit_rate
    from hidden
    inner join ranked as best on hidden.question = best.question
    group by best.method

),

final as (

    select
        method,
        n,
        hits,
        hit_rate,
        ({{ wilson_lower('hits', 'n') }})::numeric(7, 6) as hit_rate_lower,
        ({{ wilson_upper('hits', 'n') }})::numeric(7, 6) as hit_rate_upper
    from counted

)

select * from final
