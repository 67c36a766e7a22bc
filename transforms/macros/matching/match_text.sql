{#- What two texts are compared by, without extensions. `match_variants` is the text and every text with one letter left
    out: two texts that are a slip apart (one letter more, less, other, or two swapped) share one, so they are keys that bring
    such pairs together, in time that grows with the records and not with their square. `match_bigrams` are a text's pairs of
    letters, worked out once per value: two texts that share half of them look alike. -#}
{% macro match_variants(value) -%}
    (
        select array_agg(left({{ value }}, left_out - 1) || substr({{ value }}, left_out + 1))
        from generate_series(1, length({{ value }}) + 1) as letters (left_out)
        where {{ value }} is not null
    )
{%- endmacro %}

{% macro match_bigrams(value) -%}
    (
        select array_agg(distinct substr(' ' || {{ value }} || ' ', start_at, 2))
        from generate_series(1, length({{ value }}) + 1) as letters (start_at)
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

{#- Whether two texts share at least half of their bigrams (Dice's coefficient). -#}
{% macro match_looks_alike(a, b) -%}
    {{ a }} && {{ b }} and 4 * (
        select count(*) from unnest({{ a }}) as bigrams (bigram) where bigram = any({{ b }})
    ) >= cardinality({{ a }}) + cardinality({{ b }})
{%- endmacro %}
