{#- hòa is hoà, and not hoa: each tone stands at the end of its syllable in the key. -#}
with cases (written, expected) as (

    values
    ('Hòa', 'hoà'),
    ('hoà', 'hoà'),
    ('Thúy', 'thuý'),
    ('thuý', 'thuý'),
    ('khỏe', 'khoẻ'),
    ('khoẻ', 'khoẻ'),
    ('Quý', 'quý'),
    ('Hoa', 'hoa'),
    ('việt', 'viêṭ'),
    ('Nguyễn Thị Hòa', 'nguyêñ thị hoà'),
    ('NGUYỄN THỊ HOÀ', 'nguyêñ thị hoà'),
    ('Lúa', 'luá'),
    ('loà xoà', 'loà xoà'),
    ('lòa xòa', 'loà xoà'),
    ('đặng', 'đăng̣')

),

read as (

    select written, expected, {{ tone_key('written') }} as answer
    from cases

)

select *
from read
where answer is distinct from expected
