import type { Knex } from 'knex';

/** `select thau.cancel()`, and what garbage collection needs to know of readers it may not see. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    -- the transactions that were open when the relation was retired (pg_locks.virtualxid): a role without
    -- pg_read_all_stats does not see the snapshots of others
    alter table relations add retired_beside text[] not null default '{}';
    create table schedule_lead (                    -- who leads the schedules, beside the advisory lock that says so
        only_row boolean primary key default true check (only_row),
        host text not null,
        pid integer not null,
        heartbeat_at timestamptz not null
    );
    create index on leases (generation);
    create index on mapping (built_by);

    -- asks a run to stop: the one that holds the lock unless given; answers the request's number, or null when
    -- nothing runs
    create function cancel(run bigint default null) returns bigint language plpgsql volatile
    set search_path from current as $$
    declare
        wanted bigint := coalesce(run, (select run_id from run_lock));
        asked bigint;
    begin
        if not exists (select from runs where run_id = wanted and state = 'running') then
            return null;
        end if;
        insert into requests (kind, args, requested_by)
        values ('cancel', jsonb_build_object('runId', wanted), format('%s by SQL', session_user))
        returning request_id into asked;
        perform pg_notify('thau_request', asked::text);
        return asked;
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    drop function cancel(bigint);
    drop table schedule_lead;
    drop index leases_generation_idx, mapping_built_by_idx;
    alter table relations drop column retired_beside;
  `);
}
