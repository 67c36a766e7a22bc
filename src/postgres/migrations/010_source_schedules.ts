import type { Knex } from 'knex';

/** Schedules that wait for sources to change, with what their sources were when they last ran. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    alter table schedules
        alter cron drop not null,
        add on_source_change boolean not null default false,
        add source_states jsonb
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    delete from schedules where cron is null;
    alter table schedules alter cron set not null, drop on_source_change, drop source_states
  `);
}
