{#- What two texts are compared by, without extensions. `match_variants` is the text and every text with one letter left
    out: two texts that are a slip apart (one letter more, less, other, or two swapped) share one, so they are keys that bring
    such pairs together, in time that grows with the records and not with their square. -#}
{% macro match_variants(value) -%}
    (
        select array_agg(left({{ value }}, left_out - 1) || substr({{ value }}, left_out + 1))
        from generate_series(1, length({{ value }}) + 1) as letters (left_out)
        where {{ value }} is not null
    )
{%- endmacro %}

{#- The day that a date's text names, counted in months of 31 days: dates mistyped as 31 February are compared as well. -#}
{% macro match_day(value) -%}
    case when {{ value }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
        then left({{ value }}, 4)::integer * 372 + substr({{ value }}, 6, 2)::integer * 31 + right({{ value }}, 2)::integer
    end
{%- endmacro %}

{#- Whether two texts, which differ, are a slip apart; their lengths are looked at first, being cheapest. -#}
{% macro match_slip(a, b) -%}
    abs(length({{ a }}) - length({{ b }})) <= 1 and {{ var('functions_schema', 'functions') }}.is_a_slip({{ a }}, {{ b }})
{%- endmacro %}

{#- Whether two texts share at least half of their bigrams, that is pairs of letters (Dice's coefficient). With `bigrams`
    those of both are there as arrays, for texts that are compared often. -#}
{% macro match_looks_alike(a, b, bigrams=false) -%}
    {%- if bigrams -%}
    {{ a }}__bigrams && {{ b }}__bigrams and 4 * (
        select count(*) from unnest({{ a }}__bigrams) as own (bigram) where own.bigram = any({{ b }}__bigrams)
    ) >= cardinality({{ a }}__bigrams) + cardinality({{ b }}__bigrams)
    {%- else -%}
    (
        select
            4 * count(distinct own.bigram) filter (where position(own.bigram in ' ' || {{ b }} || ' ') > 0)
            >= count(distinct own.bigram) + (
                select count(distinct substr(' ' || {{ b }} || ' ', start_at, 2))
                from generate_series(1, length({{ b }}) + 1) as letters (start_at)
            )
        from (
            select substr(' ' || {{ a }} || ' ', start_at, 2) as bigram
            from generate_series(1, length({{ a }}) + 1) as letters (start_at)
        ) as own
    )
    {%- endif -%}
{%- endmacro %}

{% macro match_bigrams(value) -%}
    (
        select array_agg(distinct substr(' ' || {{ value }} || ' ', start_at, 2))
        from generate_series(1, length({{ value }}) + 1) as letters (start_at)
        where {{ value }} is not null
    )
{%- endmacro %}
