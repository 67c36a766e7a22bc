{#- Day first or ISO; a day that does not exist is null, and never an error. -#}
with cases (written, expected) as (

    values
    ('2024-02-29', '2024-02-29'),
    ('29/02/2024', '2024-02-29'),
    ('29-02-2024', '2024-02-29'),
    ('1/2/1990', '1990-02-01'),
    ('2024-1-5', '2024-01-05'),
    ('2024-01-05T10:00:00Z', '2024-01-05'),
    ('2024-01-05 10:00', '2024-01-05'),
    (' 2024-01-05 ', '2024-01-05'),
    ('31/12/1999', '1999-12-31'),
    ('2000-02-29', '2000-02-29'),
    ('2023-02-29', null),
    ('1900-02-29', null),
    ('31/04/2024', null),
    ('2024-13-01', null),
    ('2024-00-10', null),
    ('00/01/2024', null),
    ('32/01/2024', null),
    ('1990', null),
    ('12/1990', null),
    ('20240105', null),
    ('hôm qua', null),
    ('', null),
    ('0001-01-01', null),
    ('9999-12-31', null)

),

read as (

    select written, expected::date as expected, {{ safe_date('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
