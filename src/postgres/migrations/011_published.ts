import type { Knex } from 'knex';

/** What stable views switch by: a call costs a third of a subquery where 100 views are written for one publish. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    -- whether a generation is published for the reader's snapshot; rights and parallel safety as of seen()
    create function published(wanted bigint) returns boolean language plpgsql stable parallel safe
    security definer set search_path from current as $$
    begin
        return exists (select from generations g where g.generation = wanted);
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `drop function published(bigint)`);
}
