import type { Knex } from 'knex';

/** What `thau source freshness` found last of each source; the API shows it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table source_freshness (
        source_id text primary key,                 -- dbt's unique_id
        status text not null check (status in ('pass', 'warn', 'error', 'runtime error')),
        newest_at timestamptz,                      -- of its rows; null where there are none, or the check failed
        checked_at timestamptz not null,
        age double precision,                       -- seconds between the two
        warn_after interval,
        error_after interval,
        message text                                -- why the check failed
    )
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table source_freshness');
}
