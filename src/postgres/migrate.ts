import type { Connection } from '../config/connection.js';
import { ThauError } from '../errors/thau-error.js';
import { advisoryKey } from './advisory-lock.js';
import type { Database } from './database.js';
import { failure } from './failure.js';
import { knexConfig } from './knex-config.js';
import { quoteIdentifier, qualifiedName } from './identifier.js';
import { refusePooler } from './pooler.js';
import { stateMigrations, type StateMigration } from './migrations/all.js';

export interface MigrateOptions {
  readonly database: Database;
  /** PostgreSQL itself, not a pooler. */
  readonly connection: Connection;
  readonly stateSchema: string;
}

/**
 * Brings thau's own tables up to date and answers with the names of the migrations it ran. Several processes may
 * call it at once: one works under an advisory lock, the others wait and find nothing left. Each migration is one
 * transaction.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  if ((await pending(options)).length === 0) return [];
  const own = await options.database.session('thau migrations');
  try {
    // behind one the lock and the search path would be another statement's
    await refusePooler(options.database, own.session);
    await own.session.query('select pg_advisory_lock($1)', [
      advisoryKey(`${options.stateSchema}.migrations`),
    ]);
    const todo = await pending(options);
    if (todo.length === 0) return [];
    await own.session.query(`create schema if not exists ${quoteIdentifier(options.stateSchema)}`);
    return await runMigrations(options);
  } catch (error) {
    const cause = failure(error);
    if (asIs.has(cause.code)) throw cause;
    throw new ThauError(
      'POSTGRES_MIGRATION',
      `thau's own tables in schema "${options.stateSchema}" could not be made: ${cause.message}`,
      { hint: await migrationHint(cause, options), notes: cause.notes, cause },
    );
  } finally {
    await own.close();
  }
}

/** What says by itself what is wrong. */
const asIs: ReadonlySet<string> = new Set(['POSTGRES_STATE_NEWER', 'POSTGRES_MIGRATION', 'POSTGRES_POOLER']);

/** What has not run yet: one statement, so that a start without news does not even load knex. */
async function pending({ database, stateSchema }: MigrateOptions): Promise<StateMigration[]> {
  const table = qualifiedName(stateSchema, 'migrations');
  const exists = await database.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    table,
  ]);
  if (!exists.rows[0]?.found) return [...stateMigrations];
  const { rows } = await database.query<{ name: string }>(`select name from ${table}`);
  const done = new Set(rows.map((row) => row.name));
  const known = new Set(stateMigrations.map((migration) => migration.name));
  const newer = [...done].filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new ThauError(
      'POSTGRES_STATE_NEWER',
      `The schema "${stateSchema}" was made by a newer thau (it has ${newer.join(', ')}).`,
      { hint: 'Update thau, or set another database.state_schema in thau.yml.' },
    );
  }
  return stateMigrations.filter((migration) => !done.has(migration.name));
}

async function runMigrations({ connection, stateSchema }: MigrateOptions): Promise<string[]> {
  const { default: knexFactory } = await import('knex');
  const knex = knexFactory({
    ...knexConfig(connection),
    searchPath: [stateSchema],
    migrations: {
      tableName: 'migrations',
      schemaName: stateSchema,
      migrationSource: {
        getMigrations: () => Promise.resolve([...stateMigrations]),
        getMigrationName: (migration: unknown) => (migration as StateMigration).name,
        getMigration: (migration: unknown) => Promise.resolve(migration as StateMigration),
      },
    },
  });
  try {
    // knex's own lock is a row, which a killed process leaves set; the advisory lock we hold is the true one
    await knex.migrate.forceFreeMigrationsLock();
    const [, names] = (await knex.migrate.latest()) as [number, string[]];
    return names;
  } finally {
    await knex.destroy();
  }
}

async function migrationHint(cause: ThauError, { database, stateSchema }: MigrateOptions): Promise<string> {
  if (cause.code === 'POSTGRES_PERMISSION') {
    const { rows } = await database.query<{ role: string; database: string }>(
      'select quote_ident(current_user) as role, quote_ident(current_database()) as database',
    );
    const { role = '<role>', database: name = '<name>' } = rows[0] ?? {};
    return `Let somebody who may do one of these: grant create on database ${name} to ${role}; or: create schema ${quoteIdentifier(stateSchema)} authorization ${role};`;
  }
  return cause.hint ?? 'Nothing was changed; correct the cause and run again.';
}
