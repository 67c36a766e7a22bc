-- The rules differ in who gets the credit, never in how much of it there is.
select
    low.rule,
    low.purchases
from (
    select rule, sum(purchases) as purchases
    from {{ ref('attribution') }}
    group by rule
) as low
cross join (
    select max(purchases) as purchases
    from (
        select sum(purchases) as purchases from {{ ref('attribution') }}
        group by rule
    ) as sums
) as high
where abs(low.purchases - high.purchases) > 0.01
