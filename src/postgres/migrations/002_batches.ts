import type { Knex } from 'knex';

/** What a run did of a microbatch model, batch by batch; and which relations hold less than all. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    alter table run_nodes add column batches jsonb;  -- {batchSize, successful, failed, coveredUntil}
    alter table mapping add column sampled text;     -- null: whole; else why not: 'empty', '2026-01-01 to 2026-01-04'
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    alter table mapping drop column sampled;
    alter table run_nodes drop column batches;
  `);
}
