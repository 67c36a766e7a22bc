import type { Knex } from 'knex';

/** Artifacts are written before their generation is published, so that the publishing transaction has little to write. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table artifacts drop constraint if exists artifacts_generation_fkey`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    `delete from artifacts as a where not exists (select from generations as g where g.generation = a.generation)`,
  );
  await knex.raw(
    `alter table artifacts add constraint artifacts_generation_fkey foreign key (generation)
         references generations on delete cascade`,
  );
}
