import type { Knex } from 'knex';

/**
 * What `thau source track` counts: a row for each transaction that wrote to a tracked table, so that writers never
 * wait for each other. Rows that nobody can miss any more are added up in `counted`.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table source_changes (
        relation oid not null,
        xid xid8 not null,
        primary key (relation, xid)
    );
    create table source_changes_before (
        relation oid primary key,
        counted bigint not null
    );
    create function source_changed() returns trigger language plpgsql
    security definer set search_path from current as $$
    begin
        insert into source_changes (relation, xid) values (tg_relid, pg_current_xact_id()) on conflict do nothing;
        perform pg_notify('thau_source', tg_relid::text);
        return null;
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    drop function source_changed() cascade;
    drop table source_changes, source_changes_before;
  `);
}
