{#- Why two identities are one person's: every component as a tree, in which each node knows its neighbour on the shortest
    way to the component's first node. `evidence_tree(a, b)` reads edges as two arrays, the strongest first, and gives one
    row per node that an edge names; the root's parent is null. Breadth first over arrays: linear in the edges. -#}
{% macro create_evidence_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
create or replace function {{ schema }}.evidence_tree(a integer[], b integer[])
returns table (node integer, parent integer, distance integer)
language plpgsql
immutable
parallel safe
as $function$
declare
    node_count integer;
    -- The neighbours of node i stand in neighbour[first[i]] to neighbour[first[i + 1] - 1].
    neighbour integer[];
    first integer[];
    parents integer[];
    distances integer[];
    queue integer[];
    head integer;
    tail integer;
    here integer;
    there integer;
begin
    select greatest(max(edges.one), max(edges.other))
    into node_count
    from unnest(a, b) as edges (one, other);
    if node_count is null then
        return;
    end if;
    select array_agg(directed.target order by directed.origin, directed.position)
    into neighbour
    from (
        select edges.one as origin, edges.other as target, edges.position
        from unnest(a, b) with ordinality as edges (one, other, position)
        union all
        select edges.other, edges.one, edges.position
        from unnest(a, b) with ordinality as edges (one, other, position)
    ) as directed;
    select array_agg((1 + coalesce(starts.before, 0))::integer order by starts.i)
    into first
    from (
        select
            nodes.i,
            sum(coalesce(degrees.degree, 0)) over (
                order by nodes.i rows between unbounded preceding and 1 preceding
            ) as before
        from generate_series(1, node_count + 1) as nodes (i)
        left join (
            select ends.one, count(*) as degree
            from unnest(a || b) as ends (one)
            group by ends.one
        ) as degrees on nodes.i = degrees.one
    ) as starts;
    parents := array_fill(null::integer, array[node_count]);
    distances := array_fill(null::integer, array[node_count]);
    queue := array_fill(0, array[node_count]);
    for root in 1..node_count loop
        if distances[root] is not null or first[root] = first[root + 1] then
            continue;
        end if;
        distances[root] := 0;
        queue[1] := root;
        head := 1;
        tail := 1;
        while head <= tail loop
            here := queue[head];
            head := head + 1;
            for i in first[here]..first[here + 1] - 1 loop
                there := neighbour[i];
                if distances[there] is null then
                    distances[there] := distances[here] + 1;
                    parents[there] := here;
                    tail := tail + 1;
                    queue[tail] := there;
                end if;
            end loop;
        end loop;
    end loop;
    return query
        select settled.i::integer, settled.p, settled.d
        from unnest(parents, distances) with ordinality as settled (p, d, i)
        where settled.d is not null;
end
$function$;

{#- The path of evidence between two identities of one customer, as JSON: from a up to where the two ways meet, and down
    to b. Null when they are not one customer's. It reads the published tables. -#}
create or replace function {{ schema }}.why_same(identity_a text, identity_b text)
returns jsonb
language plpgsql
stable
as $function$
declare
    answer jsonb;
begin
    with recursive way_a as (
        select i.identity_id, i.tied_to, i.tied_by_record, i.tied_by_count, i.tied_by_probability, i.distance, 0 as step
        from unified.identities as i
        where i.identity_id = why_same.identity_a
        union all
        select i.identity_id, i.tied_to, i.tied_by_record, i.tied_by_count, i.tied_by_probability, i.distance, way_a.step + 1
        from way_a
        inner join unified.identities as i on way_a.tied_to = i.identity_id
    ),
    way_b as (
        select i.identity_id, i.tied_to, i.tied_by_record, i.tied_by_count, i.tied_by_probability, i.distance, 0 as step
        from unified.identities as i
        where i.identity_id = why_same.identity_b
        union all
        select i.identity_id, i.tied_to, i.tied_by_record, i.tied_by_count, i.tied_by_probability, i.distance, way_b.step + 1
        from way_b
        inner join unified.identities as i on way_b.tied_to = i.identity_id
    ),
    meeting as (
        select way_a.identity_id, way_a.step as step_a, way_b.step as step_b
        from way_a
        inner join way_b on way_a.identity_id = way_b.identity_id
        order by way_a.step
        limit 1
    ),
    steps as (
        select way_a.step as position, way_a.identity_id as from_id, way_a.tied_to as to_id,
            way_a.tied_by_record, way_a.tied_by_count, way_a.tied_by_probability
        from way_a
        cross join meeting
        where way_a.step < meeting.step_a
        union all
        select meeting.step_a + meeting.step_b - way_b.step, way_b.tied_to, way_b.identity_id,
            way_b.tied_by_record, way_b.tied_by_count, way_b.tied_by_probability
        from way_b
        cross join meeting
        where way_b.step < meeting.step_b
    )
    select case when exists (select 1 from meeting) then coalesce(jsonb_agg(
        jsonb_build_object(
            'from', from_id, 'to', to_id, 'record', tied_by_record, 'evidence', tied_by_count,
            'probability', tied_by_probability
        ) order by position
    ), '[]'::jsonb) end
    into answer
    from steps;
    return answer;
end
$function$;
{% endmacro %}
