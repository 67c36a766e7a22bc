{#- A phone number as E.164, or null when it is none.

    Vietnam renumbered twice, and each written form of a number must come out as one:
    - 2018-09-15: 21 mobile prefixes of 11 digits became 10 digits (0169… is 039…): applied always, since
      nothing else begins with them;
    - 2017: landline area codes changed (04 is 024). An old code that is a mobile prefix today (038 was Nghệ An,
      now Viettel) is converted only when the record is older than the change or the column holds landlines;
      the others always.
    Letters, floats that a spreadsheet made (9.12E8, 912345678.0) and repeated digits are refused. Numbers of
    other countries are kept when they came with their country code.

    value     text
    seen_on   a date expression: when the number was written down
    landline  true when the column holds landlines -#}
{% macro phone_e164(value, seen_on='null::date', landline=false) -%}
    (
        select case
            when parsed.digits ~ '^([0-9])\1*$' then null
            when parsed.is_foreign then '+' || parsed.digits
            when parsed.nsn ~ '^1[89]00([0-9]{4}|[0-9]{6})$' then '+84' || parsed.nsn
            when parsed.nsn ~ '^1[0-9]{9}$' then '+84' || {{ mobile_of_2018('parsed.nsn') }}
            when parsed.old_landline is not null then '+84' || parsed.old_landline
            when parsed.nsn ~ '^(3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])[0-9]{7}$' then '+84' || parsed.nsn
            when parsed.nsn ~ '^2(4|8)[2-9][0-9]{7}$' then '+84' || parsed.nsn
            when parsed.nsn ~ '^2(0[3-9]|1[0-6]|2[0-25-9]|3[2-9]|5[124-9]|6[0-39]|7[0-7]|9[0-46-79])[0-9]{7}$'
                then '+84' || parsed.nsn
        end
        from (
            select
                national.digits,
                national.is_foreign,
                national.nsn,
                {{ landline_of_2017('national.nsn', seen_on, landline) }} as old_landline
            from (
                select
                    dialled.digits,
                    dialled.is_foreign,
                    ltrim(case
                        when dialled.digits ~ '^84' and (dialled.has_plus or length(dialled.digits) >= 11)
                            then substr(dialled.digits, 3)
                        else dialled.digits
                    end, '0') as nsn
                from (
                    select
                        typed.digits,
                        typed.has_plus,
                        typed.has_plus and typed.digits !~ '^84'
                            and typed.digits ~ '^[1-9][0-9]{7,14}$' as is_foreign
                    from (
                        select
                            regexp_replace(
                                regexp_replace(written.v, '[^0-9]', '', 'g'), '^00', ''
                            ) as digits,
                            written.v ~ '^[( ]*\+' or written.v ~ '^ *00[1-9]' as has_plus
                        from (
                            select regexp_replace(
                                normalize({{ value }}::text, nfkc),
                                '^[\s''"]+|\s*[/;].*$', '', 'g'
                            ) as v
                            offset 0
                        ) as written
                        where written.v !~ '[[:alpha:]*]' and written.v !~ '^[0-9]+\.0*$'
                        offset 0
                    ) as typed
                    where length(typed.digits) between 8 and 15
                ) as dialled
                offset 0
            ) as national
            offset 0
        ) as parsed
    )
{%- endmacro %}

{#- The digits somebody may type to find an E.164 number, of whatever country: with its country's code, with the 0 that
    stands for the code at home, and without either; an array, null where it is no number. The codes of the world can be
    told by their beginning (ITU-T E.164.D): 1 and 7, some fifty of two digits, else three. -#}
{% macro phone_forms(e164) -%}
    (
        select array[substring({{ e164 }} from 2), '0' || dialled.national, dialled.national]
        from (
            select substring(
                {{ e164 }}
                from '^[+](?:[17]|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|(?:2[1-689]|3[578]|42|5[09]|6[7-9]|8[035789]|9[679])[0-9])([0-9]+)$'
            ) as national
        ) as dialled
    )
{%- endmacro %}
