{#- What two texts are compared by, worked out once per value and not once per pair. `match_variants` is the text and
    every text with one letter left out: two texts that share a variant are a slip apart (one letter more, less, other,
    or two swapped). `match_bigrams` are its pairs of letters: two texts that share half of them look alike.
    Both are plain arrays, so that no extension is needed and a pair costs an `&&`. -#}
{% macro match_variants(value) -%}
    (
        select array_agg(distinct left({{ value }}, left_out - 1) || substr({{ value }}, left_out + 1))
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

{#- Whether two texts are a slip apart; their lengths are looked at first, being cheapest. -#}
{% macro match_slip(a, b) -%}
    abs(length({{ a }}) - length({{ b }})) <= 1 and {{ a }}__variants && {{ b }}__variants
{%- endmacro %}

{#- Whether two texts share at least half of their bigrams (Dice's coefficient). -#}
{% macro match_looks_alike(a, b) -%}
    {{ a }} && {{ b }} and 4 * (
        select count(*) from unnest({{ a }}) as bigrams (bigram) where bigram = any({{ b }})
    ) >= cardinality({{ a }}) + cardinality({{ b }})
{%- endmacro %}
