{#- Vietnamese names end in the given name. -#}
with cases (written, expected) as (

    values
    ('Nguyễn Văn An', 'an'),
    ('Trần Thị Ngọc Ánh', 'anh'),
    ('Bình', 'binh'),
    ('Tôn Nữ Hoài Thương', 'thuong'),
    ('  ', null)

),

read as (

    select written, expected, {{ given_name_key('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
