{#- BG/NBD (Fader, Hardie and Lee 2005) and Gamma-Gamma (Fader and Hardie 2013), fitted by maximum likelihood: who still buys, how
    often, and for how much. Everything is read from arrays, so the functions are IMMUTABLE in truth and a model that calls them
    can be carried forward. Needs create_statistics_functions. Checked against the published CDNOW answers in
    test/transforms/checks/forecasts.ts. -#}
{% macro create_forecast_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
{#- Log-likelihood of BG/NBD at the logarithms of (r, alpha, a, b), for repeat purchases x, the time of the last one t_x and the
    time observed t (same unit), each counted `weight` times. -#}
create or replace function {{ schema }}.bg_nbd_log_likelihood(
    logs double precision[], x double precision[], t_x double precision[], t double precision[],
    weight double precision[]
)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    r double precision := exp(logs[1]);
    alpha double precision := exp(logs[2]);
    a double precision := exp(logs[3]);
    b double precision := exp(logs[4]);
begin
    return (
        select sum(
            seen.weight * (
                -(r + seen.x) * ln(alpha + seen.t)
                + case when seen.x > 0 then ln(
                    1 + a / (b + seen.x - 1)
                        * exp(least(600, (r + seen.x) * ln((alpha + seen.t) / (alpha + seen.t_x))))
                ) else 0 end
            )
        )
        from unnest(x, t_x, t, weight) as seen (x, t_x, t, weight)
    ) + (
        select sum(counted.weight * (
            {{ schema }}.log_gamma(r + counted.x) - {{ schema }}.log_gamma(r) + r * ln(alpha)
            + {{ schema }}.log_gamma(a + b) + {{ schema }}.log_gamma(b + counted.x)
            - {{ schema }}.log_gamma(b) - {{ schema }}.log_gamma(a + b + counted.x)
        ))
        from (
            select seen.x, sum(seen.weight) as weight
            from unnest(x, weight) as seen (x, weight)
            group by seen.x
        ) as counted
    );
end
$function$;

{#- Log-likelihood of Gamma-Gamma at the logarithms of (p, q, v), for x purchases of the mean value m. -#}
create or replace function {{ schema }}.gamma_gamma_log_likelihood(
    logs double precision[], x double precision[], m double precision[], unused double precision[],
    weight double precision[]
)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    p double precision := exp(logs[1]);
    q double precision := exp(logs[2]);
    v double precision := exp(logs[3]);
begin
    return (
        select sum(seen.weight * (
            (p * seen.x - 1) * ln(seen.m) + p * seen.x * ln(seen.x) - (p * seen.x + q) * ln(seen.x * seen.m + v)
        ))
        from unnest(x, m, weight) as seen (x, m, weight)
    ) + (
        select sum(counted.weight * (
            {{ schema }}.log_gamma(p * counted.x + q) - {{ schema }}.log_gamma(p * counted.x)
            - {{ schema }}.log_gamma(q) + q * ln(v)
        ))
        from (
            select seen.x, sum(seen.weight) as weight
            from unnest(x, weight) as seen (x, weight)
            group by seen.x
        ) as counted
    );
end
$function$;

{#- Where a likelihood is highest: Nelder and Mead's simplex over the logarithms, begun again from its answer until that no
    longer helps. Gives the parameters themselves and, last, the log-likelihood; null where there is nothing to fit. -#}
create or replace function {{ schema }}.fit_by_likelihood(
    likelihood text, start double precision[], one double precision[], other double precision[],
    third double precision[], weight double precision[]
)
returns double precision[]
language plpgsql
immutable
parallel safe
as $function$
declare
    width integer := cardinality(start);
    question text := format('select -%I.%I($1, $2, $3, $4, $5)', '{{ schema }}', likelihood);
    point double precision[];
    -- Corners of the simplex, one after the other, and how low the negative likelihood is there.
    corners double precision[] := '{}';
    heights double precision[] := '{}';
    height double precision;
    other_height double precision;
    centre double precision[];
    tried double precision[];
    further double precision[];
    low integer;
    high integer;
    second double precision;
    before double precision := 'infinity';
    best double precision[] := (select array_agg(ln(s) order by n) from unnest(start) with ordinality as at (s, n));
    steps integer;
begin
    if cardinality(one) is null or cardinality(one) < 2 then
        return null;
    end if;
    for attempt in 1..4 loop
        corners := '{}';
        heights := '{}';
        for i in 0..width loop
            point := best;
            if i > 0 then
                point[i] := point[i] + case when attempt = 1 then 0.7 else 0.15 end;
            end if;
            execute question into height using point, one, other, third, weight;
            corners := corners || point;
            heights := heights || coalesce(height, 'infinity');
        end loop;
        steps := 0;
        loop
            low := 1;
            high := 1;
            for i in 2..width + 1 loop
                if heights[i] < heights[low] then low := i; end if;
                if heights[i] > heights[high] then high := i; end if;
            end loop;
            second := '-infinity';
            for i in 1..width + 1 loop
                if i <> high and heights[i] > second then second := heights[i]; end if;
            end loop;
            exit when heights[high] - heights[low] < 1e-7 * (1 + abs(heights[low])) * 0.1 or steps > 500;
            steps := steps + 1;
            centre := array_fill(0::double precision, array[width]);
            for i in 1..width + 1 loop
                continue when i = high;
                for k in 1..width loop
                    centre[k] := centre[k] + corners[(i - 1) * width + k] / width;
                end loop;
            end loop;
            tried := centre;
            further := centre;
            for k in 1..width loop
                tried[k] := greatest(-12, least(25, 2 * centre[k] - corners[(high - 1) * width + k]));
                further[k] := greatest(-12, least(25, 3 * centre[k] - 2 * corners[(high - 1) * width + k]));
            end loop;
            execute question into height using tried, one, other, third, weight;
            height := coalesce(height, 'infinity');
            if height < heights[low] then
                execute question into other_height using further, one, other, third, weight;
                if other_height < height then
                    tried := further;
                    height := other_height;
                end if;
            elsif height >= second then
                for k in 1..width loop
                    further[k] := centre[k] + 0.5 * (
                        case when height < heights[high] then tried[k] else corners[(high - 1) * width + k] end
                        - centre[k]
                    );
                end loop;
                execute question into other_height using further, one, other, third, weight;
                if other_height < least(height, heights[high]) then
                    tried := further;
                    height := other_height;
                else
                    for i in 1..width + 1 loop
                        continue when i = low;
                        for k in 1..width loop
                            corners[(i - 1) * width + k] := 0.5 * (
                                corners[(i - 1) * width + k] + corners[(low - 1) * width + k]
                            );
                        end loop;
                        execute question into other_height
                        using corners[(i - 1) * width + 1:i * width], one, other, third, weight;
                        heights[i] := coalesce(other_height, 'infinity');
                    end loop;
                    continue;
                end if;
            end if;
            corners[(high - 1) * width + 1:high * width] := tried;
            heights[high] := height;
        end loop;
        best := corners[(low - 1) * width + 1:low * width];
        exit when before - heights[low] < 1e-5;
        before := heights[low];
    end loop;
    return (select array_agg(exp(s) order by n) from unnest(best) with ordinality as at (s, n)) || -heights[low];
end
$function$;

{#- The chance that a customer still buys. After no repeat purchase BG/NBD says 1, whatever the silence: nobody drops out before
    a repeat in it. -#}
create or replace function {{ schema }}.bg_nbd_alive(
    fitted double precision[], x double precision, t_x double precision, t double precision
)
returns double precision
language sql
immutable
parallel safe
as $function$
    select case when x > 0 then 1 / (
        1 + fitted[3] / (fitted[4] + x - 1)
            * exp(least(600, (fitted[1] + x) * ln((fitted[2] + t) / (fitted[2] + t_x))))
    ) else 1 end
$function$;

{#- Gauss' hypergeometric function by its series, for 0 <= z < 1. -#}
create or replace function {{ schema }}.hypergeometric(
    a double precision, b double precision, c double precision, z double precision
)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    term double precision := 1;
    total double precision := 1;
begin
    for j in 1..5000 loop
        term := term * ((a + j - 1) * (b + j - 1) / ((c + j - 1) * j) * z);
        total := total + term;
        exit when term < total * 1e-12;
    end loop;
    return total;
end
$function$;

{#- How many purchases to expect in the `ahead` units of time to come. -#}
create or replace function {{ schema }}.bg_nbd_expected(
    fitted double precision[], x double precision, t_x double precision, t double precision,
    ahead double precision
)
returns double precision
language plpgsql
immutable
parallel safe
as $function$
declare
    r double precision := fitted[1];
    alpha double precision := fitted[2];
    -- The formula divides by a - 1; next to it the value hardly moves.
    a double precision := case when abs(fitted[3] - 1) < 1e-6 then 1 + 1e-6 else fitted[3] end;
    b double precision := fitted[4];
begin
    return (a + b + x - 1) / (a - 1) * (
        1 - exp(greatest(-700, (r + x) * ln((alpha + t) / (alpha + t + ahead))))
            * {{ schema }}.hypergeometric(r + x, b + x, a + b + x - 1, ahead / (alpha + t + ahead))
    ) * {{ schema }}.bg_nbd_alive(fitted, x, t_x, t);
end
$function$;

{#- The mean value to expect of a purchase, after x of them of the mean value m; null where the model has no mean (q <= 1). -#}
create or replace function {{ schema }}.gamma_gamma_expected(
    fitted double precision[], x double precision, m double precision
)
returns double precision
language sql
immutable
parallel safe
as $function$
    select case when fitted[2] > 1 then
        fitted[1] * (fitted[3] + x * coalesce(m, 0)) / (fitted[1] * x + fitted[2] - 1)
    end
$function$;
{% endmacro %}
