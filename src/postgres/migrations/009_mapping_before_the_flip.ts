import type { Knex } from 'knex';

/** The mapping is written before its generation is published, as its artifacts are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`alter table mapping drop constraint if exists mapping_generation_fkey`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    `delete from mapping as m where not exists (select from generations as g where g.generation = m.generation)`,
  );
  await knex.raw(
    `alter table mapping add constraint mapping_generation_fkey foreign key (generation)
         references generations on delete cascade`,
  );
}
