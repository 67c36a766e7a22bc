{#- Connected components in PostgreSQL, by union-find with path halving over one array.

    components(edges) reads columns a and b (dense integers from 1) of any relation and gives every node up to the
    highest its component, which is the smallest node in it. It is STABLE, so that a model may select from it. On a
    million edges it takes seconds; label propagation and recursive queries took 7 to 30 times as long, or did not
    finish on a chain of 10,000.

    components(edges, apart, max_size) takes the strongest edges first (columns strength, weakness) and leaves out any
    that would join a pair named in `apart` or make a component of more than max_size nodes: the weakest tie is the
    one that gives way. The order is total, so that the result does not depend on how rows arrived. -#}
{% macro create_components_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
create schema if not exists {{ schema }};

create or replace function {{ schema }}.components(edges regclass)
returns table (node integer, component integer)
language plpgsql
stable
as $function$
declare
    parent integer[];
    node_count integer;
    edge record;
    x integer;
    y integer;
begin
    execute format('select greatest(max(a), max(b)) from %s', edges) into node_count;
    if node_count is null then
        return;
    end if;
    parent := array(select generate_series(1, node_count));
    for edge in execute format('select a::integer as a, b::integer as b from %s', edges) loop
        x := edge.a;
        while parent[x] <> x loop
            parent[x] := parent[parent[x]];
            x := parent[x];
        end loop;
        y := edge.b;
        while parent[y] <> y loop
            parent[y] := parent[parent[y]];
            y := parent[y];
        end loop;
        if x < y then
            parent[y] := x;
        elsif y < x then
            parent[x] := y;
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

create or replace function {{ schema }}.components(edges regclass, apart regclass, max_size integer)
returns table (node integer, component integer)
language plpgsql
stable
as $function$
declare
    parent integer[];
    size integer[];
    node_count integer;
    edge record;
    x integer;
    y integer;
    -- The pairs to keep apart, as two arrays: few, so that a walk over them per refused edge costs little.
    left_of integer[];
    right_of integer[];
    p integer;
    q integer;
    allowed boolean;
begin
    execute format('select greatest(max(a), max(b)) from %s', edges) into node_count;
    if node_count is null then
        return;
    end if;
    parent := array(select generate_series(1, node_count));
    size := array_fill(1, array[node_count]);
    execute format(
        'select coalesce(array_agg(a::integer order by a, b), ''{}''), coalesce(array_agg(b::integer order by a, b), ''{}'')
         from %s where greatest(a, b) <= $1', apart
    ) into left_of, right_of using node_count;
    for edge in execute format(
        'select a::integer as a, b::integer as b from %s order by strength, weakness, least(a, b), greatest(a, b)', edges
    ) loop
        x := edge.a;
        while parent[x] <> x loop
            parent[x] := parent[parent[x]];
            x := parent[x];
        end loop;
        y := edge.b;
        while parent[y] <> y loop
            parent[y] := parent[parent[y]];
            y := parent[y];
        end loop;
        if x = y then
            continue;
        end if;
        allowed := size[x] + size[y] <= max_size;
        if allowed and cardinality(left_of) > 0 then
            for i in 1..cardinality(left_of) loop
                p := left_of[i];
                while parent[p] <> p loop
                    p := parent[p];
                end loop;
                q := right_of[i];
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
    for i in 1..node_count loop
        parent[i] := parent[parent[i]];
    end loop;
    return query
        select settled.ordinal::integer, settled.root
        from unnest(parent) with ordinality as settled (root, ordinal);
end
$function$;
{% endmacro %}
