{#- Nam and Nữ, M and F, male and female. -#}
with cases (written, expected) as (

    values
    ('Nam', 'male'),
    ('nam', 'male'),
    ('M', 'male'),
    ('male', 'male'),
    ('Nữ', 'female'),
    ('NU', 'female'),
    ('F', 'female'),
    ('female', 'female'),
    ('Nữ', 'female'),
    ('', null),
    ('x', null),
    ('0', null)

),

read as (

    select written, expected, {{ sex('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
