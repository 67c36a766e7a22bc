{#- The Wilson 95 % interval of a share (Wilson 1927), as fractions; null when there is nothing to count. -#}
{% macro wilson_lower(successes, n) -%}
    case when {{ n }} > 0 then greatest(0, (
        {{ successes }}::numeric / {{ n }} + {{ z() }} ^ 2 / (2 * {{ n }})
        - {{ z() }} * sqrt(
            ({{ successes }}::numeric / {{ n }}) * (1 - {{ successes }}::numeric / {{ n }}) / {{ n }}
            + {{ z() }} ^ 2 / (4.0 * {{ n }} ^ 2)
        )
    ) / (1 + {{ z() }} ^ 2 / {{ n }})) end
{%- endmacro %}

{% macro wilson_upper(successes, n) -%}
    case when {{ n }} > 0 then least(1, (
        {{ successes }}::numeric / {{ n }} + {{ z() }} ^ 2 / (2 * {{ n }})
        + {{ z() }} * sqrt(
            ({{ successes }}::numeric / {{ n }}) * (1 - {{ successes }}::numeric / {{ n }}) / {{ n }}
            + {{ z() }} ^ 2 / (4.0 * {{ n }} ^ 2)
        )
    ) / (1 + {{ z() }} ^ 2 / {{ n }})) end
{%- endmacro %}

{#- The normal quantile of a two-sided 95 % interval. -#}
{% macro z() -%}
    1.959963984540054
{%- endmacro %}
