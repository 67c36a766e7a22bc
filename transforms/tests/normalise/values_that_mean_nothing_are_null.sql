{#- What systems write when they have nothing. -#}
with cases (written, expected) as (

    values
    ('  An   Bình ', 'An Bình'),
    ('Hòa', 'Hòa'),
    ('a​b', 'ab'),
    ('a b', 'a b'),
    ('N/A', null),
    ('NULL', null),
    ('-', null),
    ('không có', null),
    ('', null),
    ('Na', 'Na'),
    ('?', null)

),

read as (

    select written, expected, {{ clean_value('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
