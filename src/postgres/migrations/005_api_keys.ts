import type { Knex } from 'knex';

/** Keys of several roles, and with claims: what row filters compare columns with. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    alter table api_keys
        add column claims jsonb not null default '{}',
        add column other_roles text[] not null default '{}'; -- that a request may name instead of role
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `alter table api_keys drop column claims, drop column other_roles`);
}
