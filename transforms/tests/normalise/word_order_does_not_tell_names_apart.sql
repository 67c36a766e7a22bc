{#- Systems that put the given name first. -#}
with cases (written, expected) as (

    values
    ('Nguyễn Văn An', 'an nguyen van'),
    ('An Nguyễn Văn', 'an nguyen van'),
    ('NGUYEN AN', 'an nguyen'),
    ('', null)

),

read as (

    select written, expected, {{ word_set_key('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
