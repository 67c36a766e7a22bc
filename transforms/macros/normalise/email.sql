{#- An email as an identifier: lower case, "mailto:" and brackets gone, the commonest mistyped domains mended,
    and for Gmail, where dots and +tags are the same mailbox, both removed. Null when it cannot be an email.
    Masked addresses (with * or x@) have no such form and come out null. -#}
{% macro email_key(value) -%}
    (
        select case
            when mended.local_part = '' or length(mended.local_part) > 64 then null
            when mended.domain in ('gmail.com', 'googlemail.com')
                then nullif(
                    replace(split_part(mended.local_part, '+', 1), '.', ''), ''
                ) || '@gmail.com'
            else mended.local_part || '@' || mended.domain
        end
        from (
            select
                split_part(read.v, '@', 1) as local_part,
                {{ mend_email_domain("split_part(read.v, '@', 2)") }} as domain
            from (
                select
                    regexp_replace(
                        lower(normalize({{ value }}::text, nfkc)),
                        '^(mailto:|\s|<|["''])+|(\s|>|[."'',;])+$', '', 'g'
                    ) as v
                offset 0
            ) as read
            where read.v ~ '^[a-z0-9_%+''-]+(\.[a-z0-9_%+''-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}$'
                and length(read.v) <= 254
            offset 0
        ) as mended
    )
{%- endmacro %}

{#- Domains that are no mail provider and one slip away from a very common one. -#}
{% macro mend_email_domain(domain) -%}
    case {{ domain }}
        {%- for wrong, right in {
            'gmial.com': 'gmail.com', 'gmal.com': 'gmail.com', 'gmai.com': 'gmail.com',
            'gamil.com': 'gmail.com', 'gnail.com': 'gmail.com', 'gmaill.com': 'gmail.com',
            'gmail.con': 'gmail.com', 'gmail.cm': 'gmail.com', 'gmail.com.vn': 'gmail.com',
            'gmail.vn': 'gmail.com', 'gmail.co': 'gmail.com',
            'yaho.com': 'yahoo.com', 'yahoo.con': 'yahoo.com', 'yahooo.com': 'yahoo.com',
            'hotmial.com': 'hotmail.com', 'hotmai.com': 'hotmail.com', 'hotmail.con': 'hotmail.com',
            'outlok.com': 'outlook.com', 'outlook.con': 'outlook.com'
        }.items() %}
        when '{{ wrong }}' then '{{ right }}'
        {%- endfor %}
        else {{ domain }}
    end
{%- endmacro %}
