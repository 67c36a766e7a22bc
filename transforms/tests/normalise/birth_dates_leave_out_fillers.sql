{#- 1900-01-01 and 1970-01-01 are nobody's birthday. -#}
with cases (written, expected) as (

    values
    ('1990-05-01', '1990-05-01'),
    ('01/05/1990', '1990-05-01'),
    ('1900-01-01', null),
    ('1970-01-01', null),
    ('1990', null),
    ('', null),
    ('2150-01-01', null)

),

read as (

    select written, expected::date as expected, {{ birth_date('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
