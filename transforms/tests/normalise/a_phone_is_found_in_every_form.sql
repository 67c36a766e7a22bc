{#- A number of any country is typed with its country's code, as it is dialled at home, or as its bare digits. -#}
with cases (written, expected) as (

    values
    ('+84912345678', array['84912345678', '0912345678', '912345678']),
    ('+842438251234', array['842438251234', '02438251234', '2438251234']),
    ('+12025550123', array['12025550123', '02025550123', '2025550123']),
    ('+74951234567', array['74951234567', '04951234567', '4951234567']),
    ('+66812345678', array['66812345678', '0812345678', '812345678']),
    ('+85512345678', array['85512345678', '012345678', '12345678']),
    ('+420601123456', array['420601123456', '0601123456', '601123456'])

)

select
    written,
    expected,
    {{ phone_forms('written') }} as found
from cases
where {{ phone_forms('written') }} is distinct from expected
