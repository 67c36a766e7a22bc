{#- Junk among answers is null, and the row is set aside. -#}
with cases (written, expected) as (

    values
    ('3', '3'),
    (' 4 ', '4'),
    ('3.0', '3'),
    ('-1', '-1'),
    ('+7', '7'),
    ('3.5', null),
    ('11a', null),
    ('N/A', null),
    ('', null),
    ('99999999999', null),
    ('１', null)

),

read as (

    select written, expected::integer as expected, {{ safe_integer('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
