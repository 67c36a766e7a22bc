{#- What PostgreSQL 15 to 18 have no function for: the logarithm of the gamma function, and the distributions that tests of
    significance read. They read their arguments only, so they are IMMUTABLE in truth. PostgreSQL refuses exp() of what is too
    small or too large for a double, so its arguments are bounded: a p of e^-700 is none. Checked against published answers in
    test/transforms/statistics.test.ts. -#}
{% macro create_statistics_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
create schema if not exists {{ schema }};

{#- Lanczos (g = 7, nine terms), for x > 0; about 1e-14. -#}
create or replace function {{ schema }}.log_gamma(x double precision)
returns double precision
language sql
immutable
parallel safe
as $function$
    select 0.918938533204672742 + (x + 0.5) * ln(x + 7.5) - (x + 7.5) - ln(x) + ln(
        0.99999999999980993
        + 676.5203681218851 / (x + 1)
        - 1259.1392167224028 / (x + 2)
        + 771.32342877765313 / (x + 3)
        - 176.61502916214059 / (x + 4)
        + 12.507343278686905 / (x + 5)
        - 0.13857109526572012 / (x + 6)
        + 9.9843695780195716e-6 / (x + 7)
        + 1.5056327351493116e-7 / (x + 8)
    )
$function$;

{#- The chance of a chi-square of at least x: the upper regularised incomplete gamma function of (df / 2, x / 2), by its
    series below a + 1 and by its continued fraction (Lentz) above. -#}
create or replace function {{ schema }}.chi_square_p(chi_square double precision, df double precision)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    a double precision := df / 2;
    x double precision := chi_square / 2;
    term double precision;
    total double precision;
    n double precision;
    b double precision;
    c double precision;
    d double precision;
    step double precision;
begin
    if df is null or chi_square is null then
        return null;
    elsif df <= 0 or x <= 0 then
        return 1;
    elsif x > 700 + a then
        return 0;
    elsif x < a + 1 then
        term := 1 / a;
        total := term;
        n := a;
        for i in 1..1000 loop
            n := n + 1;
            term := term * x / n;
            total := total + term;
            exit when abs(term) < abs(total) * 1e-16;
        end loop;
        return greatest(0, 1 - total * exp(greatest(-700, a * ln(x) - x - {{ schema }}.log_gamma(a))));
    end if;
    b := x + 1 - a;
    c := 1e300;
    d := 1 / b;
    total := d;
    for i in 1..1000 loop
        term := -i * (i - a);
        b := b + 2;
        d := term * d + b;
        d := 1 / case when abs(d) < 1e-300 then 1e-300 else d end;
        c := b + term / c;
        c := case when abs(c) < 1e-300 then 1e-300 else c end;
        step := d * c;
        total := total * step;
        exit when abs(step - 1) < 1e-15;
    end loop;
    return total * exp(greatest(-700, a * ln(x) - x - {{ schema }}.log_gamma(a)));
end
$function$;

{#- The regularised incomplete beta function, by its continued fraction (Lentz). -#}
create or replace function {{ schema }}.incomplete_beta(
    a double precision, b double precision, x double precision
)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    front double precision;
    c double precision := 1;
    d double precision;
    total double precision;
    term double precision;
begin
    if x <= 0 then
        return 0;
    elsif x >= 1 then
        return 1;
    elsif x > (a + 1) / (a + b + 2) then
        return 1 - {{ schema }}.incomplete_beta(b, a, 1 - x);
    end if;
    front := exp(greatest(
        -700,
        {{ schema }}.log_gamma(a + b) - {{ schema }}.log_gamma(a) - {{ schema }}.log_gamma(b)
        + a * ln(x) + b * ln(1 - x)
    )) / a;
    d := 1 - (a + b) * x / (a + 1);
    d := 1 / case when abs(d) < 1e-300 then 1e-300 else d end;
    total := d;
    for m in 1..1000 loop
        term := m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d := 1 + term * d;
        d := 1 / case when abs(d) < 1e-300 then 1e-300 else d end;
        c := 1 + term / c;
        c := case when abs(c) < 1e-300 then 1e-300 else c end;
        total := total * d * c;
        term := -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d := 1 + term * d;
        d := 1 / case when abs(d) < 1e-300 then 1e-300 else d end;
        c := 1 + term / c;
        c := case when abs(c) < 1e-300 then 1e-300 else c end;
        total := total * d * c;
        exit when abs(d * c - 1) < 1e-15;
    end loop;
    return front * total;
end
$function$;

{#- The chance of a Student's t at least as far from 0, on either side. -#}
create or replace function {{ schema }}.student_t_p(t double precision, df double precision)
returns double precision
language sql
immutable
parallel safe
as $function$
    select {{ schema }}.incomplete_beta(df / 2, 0.5::double precision, df / (df + t * t))
$function$;

{#- The t that a share `alpha` lies beyond on both sides together: Newton from the left, where the distribution is concave,
    so that it never steps past. -#}
create or replace function {{ schema }}.student_t_quantile(alpha double precision, df double precision)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    t double precision := 0.5;
    step double precision;
    density double precision;
    height double precision := exp(
        {{ schema }}.log_gamma((df + 1) / 2) - {{ schema }}.log_gamma(df / 2)
    ) / sqrt(pi() * df);
begin
    for i in 1..200 loop
        density := height * power(1 + t * t / df, -(df + 1) / 2);
        step := ({{ schema }}.student_t_p(t, df) - alpha) / (2 * density);
        t := t + step;
        exit when abs(step) < 1e-10 * t;
    end loop;
    return t;
end
$function$;

{#- How a mean in arm b differs from that in arm a (Welch): the difference, and the lift (b - a) / a with the variance of
    the delta method, each with its 95 % interval and the chance of so large a one if there were no difference. Variances
    are of single values. For a share give p (1 - p), for a ratio the variance of its linear form.
    Whoever looks before the end and stops when it pleases reads the any-time bounds: an asymptotic confidence sequence
    (Waudby-Smith and others 2024), tightest at `tuned_for` values, which holds at every look. -#}
create or replace function {{ schema }}.uplift(
    n_a double precision, mean_a double precision, variance_a double precision,
    n_b double precision, mean_b double precision, variance_b double precision,
    tuned_for double precision default 1000
)
returns table (
    difference double precision, difference_se double precision,
    difference_lower double precision, difference_upper double precision, difference_p double precision,
    lift double precision, lift_se double precision,
    lift_lower double precision, lift_upper double precision, lift_p double precision,
    any_time_lower double precision, any_time_upper double precision
)
language plpgsql
immutable
parallel safe
as $function$
declare
    of_a double precision := variance_a / nullif(n_a, 0);
    of_b double precision := variance_b / nullif(n_b, 0);
    df double precision;
    quantile double precision;
    n double precision := n_a + n_b;
    rho_squared double precision;
    half_width double precision;
begin
    difference := mean_b - mean_a;
    lift := (mean_b - mean_a) / nullif(mean_a, 0);
    if n_a >= 2 and n_b >= 2 and of_a + of_b > 0 then
        df := (of_a + of_b) ^ 2 / (of_a ^ 2 / (n_a - 1) + of_b ^ 2 / (n_b - 1));
        quantile := {{ schema }}.student_t_quantile(0.05, df);
        difference_se := sqrt(of_a + of_b);
        difference_lower := difference - quantile * difference_se;
        difference_upper := difference + quantile * difference_se;
        difference_p := {{ schema }}.student_t_p(difference / difference_se, df);
        lift_se := sqrt(of_b / nullif(mean_a, 0) ^ 2 + of_a * mean_b ^ 2 / nullif(mean_a, 0) ^ 4);
        lift_lower := lift - quantile * lift_se;
        lift_upper := lift + quantile * lift_se;
        lift_p := {{ schema }}.student_t_p(lift / nullif(lift_se, 0), df);
        rho_squared := (-2 * ln(0.05) + ln(-2 * ln(0.05) + 1)) / tuned_for;
        half_width := difference_se * sqrt(n) * sqrt(
            2 * (n * rho_squared + 1) / (n ^ 2 * rho_squared) * ln(sqrt(n * rho_squared + 1) / 0.05)
        );
        any_time_lower := difference - half_width;
        any_time_upper := difference + half_width;
    end if;
    return next;
end
$function$;

{#- The chance of so uneven a split if units were given out by the weights (Pearson's chi-square). Arms of weight 0 are
    left out; fewer than two arms, or nobody in them, prove nothing: 1. -#}
create or replace function {{ schema }}.sample_ratio_p(
    counts bigint[], weights double precision[]
)
returns double precision
language sql
immutable
parallel safe
as $function$
    select case
        when count(*) < 2 or sum(counted) = 0 then 1
        else {{ schema }}.chi_square_p(
            sum((counted - expected) ^ 2 / nullif(expected, 0)), (count(*) - 1)::double precision
        )
    end
    from (
        select
            counted::double precision as counted,
            weight / sum(weight) over () * sum(counted) over () as expected
        from unnest(counts, weights) as arms (counted, weight)
        where weight > 0
    ) as split
$function$;
{% endmacro %}
