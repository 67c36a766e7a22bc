import type { Knex } from 'knex';

/**
 * thau's own tables. The state schema (`thau` unless set) is the search path's first entry while migrations run.
 * Everything that build, schedule and api tell each other stands here: they are machines over one database.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table runs (
        run_id bigint generated always as identity primary key,
        trigger text not null,                      -- manual, schedule:<name>, start, request:<id>
        command text not null,                      -- build, run, test, seed, snapshot
        state text not null default 'running'
            check (state in ('running', 'published', 'succeeded', 'failed', 'cancelled', 'superseded')),
        args jsonb not null default '{}',           -- selection, vars, full_refresh
        target text not null,                       -- the profile's target name
        host text not null,
        pid integer not null,
        token bigint not null,                      -- fencing token of the run lock
        started_at timestamptz not null default clock_timestamp(),
        finished_at timestamptz,
        generation bigint,                          -- what it published, if it did
        error jsonb,                                -- {code, message, hint, at}
        summary jsonb                               -- counts by status
    );
    create table run_nodes (
        run_id bigint not null references runs on delete cascade,
        node_id text not null,                      -- dbt's unique_id
        resource_type text not null,
        name text not null,
        status text not null,                       -- success, pass, warn, fail, error, skipped, carried
        relation text,
        started_at timestamptz,
        finished_at timestamptz,
        seconds double precision,
        rows_affected bigint,
        failures bigint,
        message text,
        error jsonb,
        waited_for text[] not null default '{}',    -- the nodes of this run it could not begin before
        compiled_code text,                         -- the SQL of a model, for thau explain
        fingerprint text,                           -- what the node was, and what it read: for thau retry
        data_version text,
        primary key (run_id, node_id)
    );
    create table generations (
        generation bigint primary key,
        run_id bigint not null references runs,
        published_at timestamptz not null default clock_timestamp(),
        retired_at timestamptz                      -- no longer kept; its garbage may go
    );
    create table mapping (
        generation bigint not null references generations on delete cascade,
        node_id text not null,
        schema_name text not null,                  -- the stable view's place
        name text not null,
        relation_schema text not null,              -- the physical relation
        relation_name text not null,
        relation_kind text not null check (relation_kind in ('table', 'view', 'materialized view')),
        built_by bigint not null references runs,   -- the run that made the physical relation
        fingerprint text,
        data_version text,
        stale_since timestamptz,                    -- an input was rebuilt without it since
        primary key (generation, node_id)
    );
    create index on mapping (relation_schema, relation_name);
    create table pointer (
        only_row boolean primary key default true check (only_row),
        generation bigint not null references generations
    );
    -- what a generation hands the API: kind = sdl | catalog | metrics | manifest | operations
    create table artifacts (
        generation bigint not null references generations on delete cascade,
        kind text not null,
        content jsonb not null,
        primary key (generation, kind)
    );
    create table run_lock (
        only_row boolean primary key default true check (only_row),
        token bigint not null default 0,            -- grows with each holder
        run_id bigint,
        host text,
        pid integer,
        started_at timestamptz,
        heartbeat_at timestamptz
    );
    insert into run_lock default values;
    create table relations (                        -- every physical relation thau made and has not dropped
        relation_schema text not null,
        relation_name text not null,
        relation_kind text not null,
        run_id bigint not null,
        node_id text not null,
        made_at timestamptz not null default clock_timestamp(),
        retired_at timestamptz,
        retired_xid xid8,
        primary key (relation_schema, relation_name)
    );
    create table stable_views (                     -- every view thau made in a target schema, and what it shows
        schema_name text not null,
        name text not null,
        node_id text not null,
        shows_schema text not null,
        shows_name text not null,
        shows_since bigint not null,                -- the generation that began to show it
        next_schema text,                           -- with all three: switches to it when that generation is published
        next_name text,
        next_since bigint,
        lagging_since timestamptz,                  -- could not be locked in time: shows an earlier relation
        primary key (schema_name, name)
    );
    create table leases (
        lease_id bigint generated always as identity primary key,
        generation bigint not null references generations on delete cascade,
        holder text not null,
        expires_at timestamptz not null
    );
    create table schedules (
        name text primary key,
        cron text not null,
        timezone text not null,
        selection jsonb not null default '{}',
        enabled boolean not null default true,
        next_run_at timestamptz,
        last_due_at timestamptz,
        last_run_id bigint
    );
    create table requests (
        request_id bigint generated always as identity primary key,
        kind text not null,                         -- run, cancel, rollback
        args jsonb not null default '{}',
        requested_by text not null,
        requested_at timestamptz not null default clock_timestamp(),
        state text not null default 'waiting' check (state in ('waiting', 'taken', 'done', 'refused')),
        run_id bigint,
        answer jsonb
    );
    create table api_keys (
        key_id text primary key,                    -- the shown prefix
        name text not null,
        hash text not null,                         -- scrypt
        role text not null default 'admin',
        kind text not null default 'api' check (kind in ('api', 'bi')),
        created_at timestamptz not null default clock_timestamp(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
    );
    create table settings (key text primary key, value jsonb not null);

    -- 40001 when the reader's snapshot predates the generation: see docs/architecture.md, stable views
    -- its owner's rights, since readers of a stable view need none on this schema; parallel safe, or it would
    -- keep parallel plans from every query on a stable view
    create function seen(wanted bigint) returns boolean language plpgsql stable parallel safe
    security definer set search_path from current as $$
    begin
        if exists (select from generations g where g.generation = wanted) then
            return true;
        end if;
        raise exception 'this transaction began before generation % was published', wanted
            using errcode = '40001', hint = 'Start the transaction again.';
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    drop function seen(bigint);
    drop table settings, api_keys, requests, schedules, leases, stable_views, relations, run_lock, artifacts, pointer, mapping,
        generations, run_nodes, runs;
  `);
}
