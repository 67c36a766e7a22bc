{#- Connected components in PostgreSQL, by union-find with path halving over one array.

    components(a, b, apart_a, apart_b, max_size) reads edges as two arrays of dense node numbers from 1, in the order in
    which they are to be taken, and gives every node up to the highest its component, which is the smallest node in it.
    An edge that would join a pair named in apart_a, apart_b, or make a component of more than max_size nodes, is left
    out: with the strongest edges first, the weakest tie is the one that gives way. The order is the caller's and total,
    so that the answer does not depend on how rows arrived.

    Edges come as arrays, not as a relation's name: the function is then IMMUTABLE in truth, and a model that calls it
    can be carried forward when its rows have not changed (docs/decisions/0701). A million edges take seconds; label
    propagation and recursive queries took 7 to 30 times as long, or did not finish on a chain of 10,000. -#}
{% macro create_components_function() %}
{%- set schema = var('functions_schema', 'functions') %}
create schema if not exists {{ schema }};

create or replace function {{ schema }}.components(
    a integer[], b integer[], apart_a integer[], apart_b integer[], max_size integer
)
returns table (node integer, component integer)
language plpgsql
immutable
parallel safe
as $function$
declare
    edge_a integer[] := a;
    edge_b integer[] := b;
    parent integer[];
    size integer[];
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
        -- The pairs to keep apart are few: a walk over them per union costs little.
        if allowed and cardinality(apart_a) > 0 then
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
            continue;
        end if;
        if x < y then
            parent[y] := x;
            size[x] := size[x] + size[y];
        else
            parent[x] := y;
            size[y] := size[y] + size[x];
        end if;
    end loop;
    -- A parent is never larger than its child, so one pass upwards settles every root.
    for i in 1..node_count loop
        parent[i] := parent[parent[i]];
    end loop;
    return query
        select settled.ordinal::integer, settled.root
        from unnest(parent) with ordinality as settled (root, ordinal);
end
$function$;
{% endmacro %}
