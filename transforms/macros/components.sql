{#- Connected components in PostgreSQL, by union-find with path halving over one array.

    components(a, b, apart_a, apart_b, max_size) reads edges as two arrays of dense node numbers from 1, in the order in
    which they are to be taken, and gives every node up to the highest its component, which is the smallest node in it.
    An edge that would join a pair named in apart_a, apart_b, or make a component of more than max_size nodes, is left
    out: with the strongest edges first, the weakest tie is the one that gives way. The order is the caller's and total,
    so that the answer does not depend on how rows arrived.
    `reach` is what the component would be if nothing gave way, `is_held` whether anything in it did.

    Edges come as arrays, not as a relation's name: the function is then IMMUTABLE in truth, and a model that calls it
    can be carried forward when its rows have not changed (docs/decisions/0701). A million edges take seconds; label
    propagation and recursive queries took 7 to 30 times as long, or did not finish on a chain of 10,000. -#}
{% macro create_components_function() %}
{%- set schema = var('functions_schema', 'functions') %}
create schema if not exists {{ schema }};

{#- An earlier version gave two columns, and a function's result cannot be replaced. -#}
do $do$
begin
    if exists (
        select 1 from pg_proc
        where oid = to_regprocedure('{{ schema }}.components(integer[], integer[], integer[], integer[], integer)')
            and cardinality(proallargtypes) = 7
    ) then
        drop function {{ schema }}.components(integer[], integer[], integer[], integer[], integer);
    end if;
end
$do$;

create or replace function {{ schema }}.components(
    a integer[], b integer[], apart_a integer[], apart_b integer[], max_size integer
)
returns table (node integer, component integer, reach integer, is_held boolean)
language plpgsql
immutable
parallel safe
as $function$
declare
    edge_a integer[] := a;
    edge_b integer[] := b;
    parent integer[];
    whole integer[];
    size integer[];
    -- Whether somebody in the component must be kept apart from somebody: only then are the pairs looked at.
    is_guarded boolean[];
    guarded boolean := cardinality(apart_a) > 0;
    refused integer[] := '{}';
    held integer[] := '{}';
    node_count integer;
    x integer;
    y integer;
    p integer;
    q integer;
    allowed boolean;
begin
    node_count := (
        select greatest(max(ends.one), max(ends.other))
        from unnest(edge_a, edge_b) as ends (one, other)
    );
    if node_count is null then
        return;
    end if;
    parent := array(select generate_series(1, node_count));
    size := array_fill(1, array[node_count]);
    if guarded then
        is_guarded := array_fill(false, array[node_count]);
        for j in 1..cardinality(apart_a) loop
            continue when greatest(apart_a[j], apart_b[j]) > node_count;
            is_guarded[apart_a[j]] := true;
            is_guarded[apart_b[j]] := true;
        end loop;
    end if;
    for i in 1..cardinality(edge_a) loop
        x := edge_a[i];
        while parent[x] <> x loop
            parent[x] := parent[parent[x]];
            x := parent[x];
        end loop;
        y := edge_b[i];
        while parent[y] <> y loop
            parent[y] := parent[parent[y]];
            y := parent[y];
        end loop;
        if x = y then
            continue;
        end if;
        allowed := size[x] + size[y] <= max_size;
        if allowed and guarded and is_guarded[x] and is_guarded[y] then
            for j in 1..cardinality(apart_a) loop
                p := apart_a[j];
                q := apart_b[j];
                continue when greatest(p, q) > node_count;
                while parent[p] <> p loop
                    p := parent[p];
                end loop;
                while parent[q] <> q loop
                    q := parent[q];
                end loop;
                if (p = x and q = y) or (p = y and q = x) then
                    allowed := false;
                    exit;
                end if;
            end loop;
        end if;
        if not allowed then
            refused := refused || i;
            continue;
        end if;
        if x > y then
            p := x;
            x := y;
            y := p;
        end if;
        parent[y] := x;
        size[x] := size[x] + size[y];
        if guarded and is_guarded[y] then
            is_guarded[x] := true;
        end if;
    end loop;
    -- A parent is never larger than its child, so one pass upwards settles every root.
    for i in 1..node_count loop
        parent[i] := parent[parent[i]];
    end loop;
    if cardinality(refused) = 0 then
        return query
            select settled.ordinal::integer, settled.root, settled.root, false
            from unnest(parent) with ordinality as settled (root, ordinal);
        return;
    end if;
    whole := parent;
    for i in 1..cardinality(refused) loop
        x := edge_a[refused[i]];
        while whole[x] <> x loop
            whole[x] := whole[whole[x]];
            x := whole[x];
        end loop;
        y := edge_b[refused[i]];
        while whole[y] <> y loop
            whole[y] := whole[whole[y]];
            y := whole[y];
        end loop;
        if x < y then
            whole[y] := x;
        elsif y < x then
            whole[x] := y;
        end if;
    end loop;
    for i in 1..node_count loop
        whole[i] := whole[whole[i]];
    end loop;
    -- An edge that was refused and whose ends met all the same gave nothing away.
    for i in 1..cardinality(refused) loop
        if parent[edge_a[refused[i]]] <> parent[edge_b[refused[i]]] then
            held := held || whole[edge_a[refused[i]]];
        end if;
    end loop;
    held := array(select distinct listed.root from unnest(held) as listed (root));
    return query
        select settled.ordinal::integer, settled.root, settled.wide, settled.wide in (select unnest(held))
        from unnest(parent, whole) with ordinality as settled (root, wide, ordinal);
end
$function$;
{% endmacro %}
