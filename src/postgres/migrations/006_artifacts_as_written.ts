import type { Knex } from 'knex';

/** Artifacts are stored as they come: to compress them took most of the time of a publish. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table artifacts alter column content set storage external`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`alter table artifacts alter column content set storage extended`);
}
