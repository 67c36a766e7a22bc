-- Precision, recall and F1 of pairs: records put together against the clusters of the truth.
with placed as (
    select p.unique_id, p.cluster as person, coalesce(c.cluster_id, p.unique_id) as cluster
    from raw.people as p left join people_clusters as c on p.unique_id = c.record_id
),
found as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by cluster) as g),
truth as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by person) as g),
hits as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from placed group by person, cluster) as g)
select
    (select count(*) from placed)::integer as records,
    truth.n::integer as pairs,
    (hits.n / found.n)::float8 as "precision",
    (hits.n / truth.n)::float8 as recall,
    (2 * hits.n / (found.n + truth.n))::float8 as f1,
    (select count(distinct cluster) from placed)::integer as people,
    (select count(distinct person) from placed)::integer as in_truth,
    (
        select count(*) from people_candidates as c
        inner join placed as a on c.low_id = a.unique_id
        inner join placed as b on c.high_id = b.unique_id
        where a.person = b.person
    )::float8 / truth.n as reachable
from found, truth, hits
