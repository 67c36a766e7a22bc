{#- The mobile renumbering of 2018-09-15: the national number (no leading 0) of 11-digit days as today's. -#}
{% macro mobile_of_2018(nsn) -%}
    case substr({{ nsn }}, 1, 3)
        when '120' then '70'
        when '121' then '79'
        when '122' then '77'
        when '126' then '76'
        when '128' then '78'
        when '123' then '83'
        when '124' then '84'
        when '125' then '85'
        when '127' then '81'
        when '129' then '82'
        when '162' then '32'
        when '163' then '33'
        when '164' then '34'
        when '165' then '35'
        when '166' then '36'
        when '167' then '37'
        when '168' then '38'
        when '169' then '39'
        when '186' then '56'
        when '188' then '58'
        when '199' then '59'
    end || substr({{ nsn }}, 4)
{%- endmacro %}

{#- The landline renumbering of 2017: old area code, new area code, the day it changed, and whether the old code
    is a mobile prefix today. -#}
{% macro landline_codes_of_2017() -%}
    {{ return([
        ('20', '214', '2017-02-11', false),
        ('22', '212', '2017-02-11', false),
        ('230', '215', '2017-02-11', false),
        ('231', '213', '2017-02-11', false),
        ('240', '204', '2017-04-15', false),
        ('241', '222', '2017-04-15', false),
        ('25', '205', '2017-04-15', false),
        ('26', '206', '2017-04-15', false),
        ('27', '207', '2017-04-15', false),
        ('280', '208', '2017-04-15', false),
        ('281', '209', '2017-04-15', false),
        ('29', '216', '2017-02-11', false),
        ('30', '229', '2017-04-15', false),
        ('31', '225', '2017-04-15', false),
        ('320', '220', '2017-04-15', true),
        ('321', '221', '2017-04-15', true),
        ('33', '203', '2017-04-15', true),
        ('350', '228', '2017-04-15', true),
        ('351', '226', '2017-04-15', true),
        ('36', '227', '2017-04-15', true),
        ('37', '237', '2017-02-11', true),
        ('38', '238', '2017-02-11', true),
        ('39', '239', '2017-02-11', true),
        ('4', '24', '2017-06-17', false),
        ('500', '262', '2017-06-17', false),
        ('501', '261', '2017-06-17', false),
        ('510', '235', '2017-02-11', false),
        ('511', '236', '2017-02-11', false),
        ('52', '232', '2017-02-11', true),
        ('53', '233', '2017-02-11', false),
        ('54', '234', '2017-02-11', false),
        ('55', '255', '2017-06-17', true),
        ('56', '256', '2017-06-17', true),
        ('57', '257', '2017-06-17', false),
        ('58', '258', '2017-06-17', true),
        ('59', '269', '2017-06-17', true),
        ('60', '260', '2017-06-17', false),
        ('61', '251', '2017-06-17', false),
        ('62', '252', '2017-06-17', false),
        ('63', '263', '2017-06-17', false),
        ('64', '254', '2017-06-17', false),
        ('650', '274', '2017-06-17', false),
        ('651', '271', '2017-06-17', false),
        ('66', '276', '2017-06-17', false),
        ('67', '277', '2017-06-17', false),
        ('68', '259', '2017-06-17', false),
        ('70', '270', '2017-06-17', true),
        ('710', '292', '2017-04-15', false),
        ('711', '293', '2017-04-15', false),
        ('72', '272', '2017-06-17', false),
        ('73', '273', '2017-06-17', false),
        ('74', '294', '2017-04-15', false),
        ('75', '275', '2017-06-17', false),
        ('76', '296', '2017-04-15', true),
        ('77', '297', '2017-04-15', true),
        ('780', '290', '2017-04-15', true),
        ('781', '291', '2017-04-15', true),
        ('79', '299', '2017-04-15', true),
        ('8', '28', '2017-06-17', true)
    ]) }}
{%- endmacro %}

{#- A national number that begins with an old area code, under its new one; null for any other number. The number
    behind the code had 7 digits, or 8 in Hà Nội and Hồ Chí Minh, so the length tells old from new. -#}
{% macro landline_of_2017(nsn, seen_on, landline) -%}
    case
        when length({{ nsn }}) = 10 then case left({{ nsn }}, 3)
            {{- landline_branches(nsn, 3, seen_on, landline) }}
        end
        when length({{ nsn }}) = 9 then coalesce(
            case left({{ nsn }}, 1)
                {{- landline_branches(nsn, 1, seen_on, landline) }}
            end,
            case left({{ nsn }}, 2)
                {{- landline_branches(nsn, 2, seen_on, landline) }}
            end
        )
    end
{%- endmacro %}

{% macro landline_branches(nsn, code_length, seen_on, landline) -%}
    {%- for old, new, changed_on, collides in landline_codes_of_2017() if old | length == code_length %}
            when '{{ old }}' then
                {%- if collides and not landline %}
                case when {{ seen_on }} < date '{{ changed_on }}' then '{{ new }}' || substr({{ nsn }}, {{ code_length + 1 }}) end
                {%- else %} '{{ new }}' || substr({{ nsn }}, {{ code_length + 1 }})
                {%- endif %}
    {%- endfor %}
{%- endmacro %}
