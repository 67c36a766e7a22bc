{#- The steps of probabilistic matching that SQL says badly: iteration. They read their arguments only, so they are IMMUTABLE
    in truth, and a model that calls them can be carried forward. -#}
{% macro create_matching_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
create schema if not exists {{ schema }};

{#- Whether two different texts are one slip apart: one letter more, less or other, or two neighbours swapped. -#}
create or replace function {{ schema }}.is_a_slip(a text, b text)
returns boolean
language plpgsql
immutable
parallel safe
strict
as $function$
declare
    shorter text := case when length(a) <= length(b) then a else b end;
    longer text := case when length(a) <= length(b) then b else a end;
    -- Letters that are alike from the front: the slip is behind them.
    alike integer := 0;
    high integer := length(shorter);
    middle integer;
begin
    while alike < high loop
        middle := (alike + high + 1) / 2;
        if left(shorter, middle) = left(longer, middle) then
            alike := middle;
        else
            high := middle - 1;
        end if;
    end loop;
    if length(longer) > length(shorter) then
        return substr(shorter, alike + 1) = substr(longer, alike + 2);
    end if;
    return substr(a, alike + 2) = substr(b, alike + 2)
        or (
            substr(a, alike + 3) = substr(b, alike + 3)
            and substr(a, alike + 1, 1) = substr(b, alike + 2, 1)
            and substr(a, alike + 2, 1) = substr(b, alike + 1, 1)
        );
end
$function$;

{#- EM for Fellegi and Sunter's model with given u. Each rule is fitted alone on the patterns of its own pairs, where a
    pattern holds one level per comparison (-1: missing, or demanded by the rule: says nothing). Two bounds keep a few odd
    pairs from teaching nonsense: to differ (level 0) is never likelier in one person's records than by chance; and a rule
    finds matches only where they explain its pairs better than chance alone does, by more than what was fitted to them.
    Gives m per comparison and level, averaged over the rules by the matches they found; and, as comparison 0, the matches
    found by rule. -#}
create or replace function {{ schema }}.fellegi_sunter(
    comparisons integer[], levels integer[], chances double precision[],
    rule_numbers integer[], patterns integer[], pair_counts bigint[]
)
returns table (comparison integer, level integer, m double precision, match_count double precision)
language plpgsql
immutable
parallel safe
as $function$
declare
    width constant integer := 8;
    compared integer := (select max(listed.one) from unnest(comparisons) as listed (one));
    known integer := cardinality(comparisons);
    pattern_count integer := cardinality(rule_numbers);
    cells integer := compared * width;
    u double precision[] := array_fill(null::double precision, array[cells]);
    started double precision[] := array_fill(null::double precision, array[cells]);
    highest integer[] := array_fill(0, array[compared]);
    -- Where the pattern's level of each comparison stands in m and u; null: it says nothing.
    cell integer[] := array_fill(null::integer, array[greatest(pattern_count * compared, 1)]);
    fitted double precision[];
    seen double precision[];
    total double precision[];
    summed double precision[] := array_fill(0::double precision, array[cells]);
    weighed double precision[] := array_fill(0::double precision, array[compared]);
    found double precision;
    before double precision;
    pairs double precision;
    prior double precision;
    for_match double precision;
    for_chance double precision;
    share double precision;
    gain double precision;
    fitted_count integer;
    rule integer;
    at integer;
    spot integer;
    first_pattern integer := 1;
    last_pattern integer;
begin
    for i in 1..known loop
        u[(comparisons[i] - 1) * width + levels[i] + 1] := chances[i];
        highest[comparisons[i]] := greatest(highest[comparisons[i]], levels[i]);
    end loop;
    -- At the start agreement is nine times as likely as all disagreement together.
    for i in 1..known loop
        at := (comparisons[i] - 1) * width + levels[i] + 1;
        started[at] := case
            when levels[i] = 0 then 0.1
            else 0.9 / highest[comparisons[i]]
        end;
    end loop;
    for p in 1..pattern_count loop
        for c in 1..compared loop
            if patterns[p][c] >= 0 then
                cell[(p - 1) * compared + c] := (c - 1) * width + patterns[p][c] + 1;
            end if;
        end loop;
    end loop;

    while first_pattern <= pattern_count loop
        rule := rule_numbers[first_pattern];
        last_pattern := first_pattern;
        while last_pattern < pattern_count and rule_numbers[last_pattern + 1] = rule loop
            last_pattern := last_pattern + 1;
        end loop;
        pairs := 0;
        for p in first_pattern..last_pattern loop
            pairs := pairs + pair_counts[p];
        end loop;
        fitted := started;
        prior := 0.1;
        found := 0;
        for iteration in 1..500 loop
            before := found;
            found := 0;
            gain := 0;
            seen := array_fill(0::double precision, array[cells]);
            total := array_fill(0::double precision, array[compared]);
            for p in first_pattern..last_pattern loop
                for_match := prior;
                for_chance := 1 - prior;
                for c in 1..compared loop
                    spot := cell[(p - 1) * compared + c];
                    if spot is not null then
                        for_match := for_match * fitted[spot];
                        for_chance := for_chance * u[spot];
                    end if;
                end loop;
                share := pair_counts[p] * for_match / (for_match + for_chance);
                gain := gain + pair_counts[p] * ln((for_match + for_chance) / (for_chance / (1 - prior)));
                found := found + share;
                for c in 1..compared loop
                    spot := cell[(p - 1) * compared + c];
                    if spot is not null then
                        seen[spot] := seen[spot] + share;
                        total[c] := total[c] + share;
                    end if;
                end loop;
            end loop;
            -- A little of every level stays possible: no level alone decides.
            for i in 1..known loop
                at := (comparisons[i] - 1) * width + levels[i] + 1;
                if total[comparisons[i]] > 0 then
                    fitted[at] := (seen[at] + 0.01) / (total[comparisons[i]] + 0.01 * (highest[comparisons[i]] + 1));
                end if;
            end loop;
            for c in 1..compared loop
                at := (c - 1) * width + 1;
                if total[c] > 0 and fitted[at] > u[at] then
                    share := (1 - u[at]) / (1 - fitted[at]);
                    fitted[at] := u[at];
                    for level_above in 1..highest[c] loop
                        fitted[at + level_above] := fitted[at + level_above] * share;
                    end loop;
                end if;
            end loop;
            prior := least(greatest(found / pairs, 1e-9), 1 - 1e-9);
            exit when abs(found - before) < 1e-6 * greatest(found, 1);
        end loop;
        fitted_count := 1;
        for c in 1..compared loop
            if total[c] > 0 then
                fitted_count := fitted_count + highest[c];
            end if;
        end loop;
        if gain <= fitted_count then
            found := 0;
            prior := 0;
            total := array_fill(0::double precision, array[compared]);
        end if;
        for i in 1..known loop
            at := (comparisons[i] - 1) * width + levels[i] + 1;
            if total[comparisons[i]] > 0 then
                summed[at] := summed[at] + fitted[at] * total[comparisons[i]];
            end if;
        end loop;
        for c in 1..compared loop
            weighed[c] := weighed[c] + total[c];
        end loop;
        comparison := 0;
        level := rule;
        m := prior;
        match_count := found;
        return next;
        first_pattern := last_pattern + 1;
    end loop;

    for i in 1..known loop
        at := (comparisons[i] - 1) * width + levels[i] + 1;
        comparison := comparisons[i];
        level := levels[i];
        m := case
            when weighed[comparisons[i]] > 0 then summed[at] / weighed[comparisons[i]]
            else started[at]
        end;
        match_count := weighed[comparisons[i]];
        return next;
    end loop;
end
$function$;

{#- Clusters of one group of records by average linkage: of all clusters the two whose pairs speak most for one person,
    on average, become one, as long as that average is at least `lowest`. So a chain of lucky resemblances ends where its
    ends contradict. `weights` is a square of record_count rows, row by row; a union of more than `max_size` of the
    records' `sizes` is not made. Gives each record's cluster: the lowest record in it. -#}
create or replace function {{ schema }}.average_linkage(
    weights double precision[], sizes integer[], lowest double precision, max_size integer
)
returns integer[]
language plpgsql
immutable
parallel safe
as $function$
declare
    record_count integer := cardinality(sizes);
    -- Sums of weights between clusters; a cluster stands at its lowest record.
    sums double precision[] := weights;
    members integer[] := array_fill(1, array[record_count]);
    held integer[] := sizes;
    cluster integer[] := array(select generate_series(1, record_count));
    average double precision;
    best double precision;
    one integer;
    other integer;
begin
    loop
        best := null;
        for i in 1..record_count - 1 loop
            continue when members[i] = 0;
            for j in i + 1..record_count loop
                continue when members[j] = 0;
                average := sums[(i - 1) * record_count + j] / (members[i] * members[j]);
                if average >= lowest and held[i] + held[j] <= max_size and (best is null or average > best) then
                    best := average;
                    one := i;
                    other := j;
                end if;
            end loop;
        end loop;
        exit when best is null;
        for k in 1..record_count loop
            sums[(one - 1) * record_count + k] :=
                sums[(one - 1) * record_count + k] + sums[(other - 1) * record_count + k];
            sums[(k - 1) * record_count + one] := sums[(one - 1) * record_count + k];
            if cluster[k] = other then
                cluster[k] := one;
            end if;
        end loop;
        members[one] := members[one] + members[other];
        held[one] := held[one] + held[other];
        members[other] := 0;
    end loop;
    return cluster;
end
$function$;
{% endmacro %}
