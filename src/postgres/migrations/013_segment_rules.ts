import type { Knex } from 'knex';

/** Segments that applications define; builds read them, the API writes them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table segment_rules (
        segment_id text primary key,
        name text not null,
        name_vi text,
        description text,
        purpose text not null default 'service',
        contact_channel text not null default 'any',
        rule jsonb not null,                      -- a filter of customers, as the API takes it
        author text not null,                     -- the key's id, or the name of who asked
        role text not null,                       -- under which the rule is compiled
        claims jsonb not null default '{}',
        compiled jsonb not null,                  -- see CompiledRule
        fault text,                               -- why it no longer fits; builds leave its members as they are
        created_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp()
    );
    create unique index segment_rules_name on segment_rules (lower(name))
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table segment_rules');
}
