import { ThauError } from '../errors/thau-error.js';
import { Database, type DatabaseOptions } from './database.js';

export interface OpenOptions extends DatabaseOptions {
  /** Milliseconds to wait while the server starts or recovers; 20,000 unless given. */
  readonly startupWait?: number;
}

export interface ServerFacts {
  /** 180004 is 18.4. */
  readonly version: number;
  readonly database: string;
  readonly user: string;
}

const oldest = 150_000;

/** A database that answered: PostgreSQL 15 or newer, in UTF-8. */
export async function openDatabase(
  options: OpenOptions,
): Promise<{ database: Database; facts: ServerFacts }> {
  const database = new Database(options);
  try {
    const facts = await readFacts(database, performance.now() + (options.startupWait ?? 20_000));
    return { database, facts };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function readFacts(database: Database, until: number): Promise<ServerFacts> {
  for (;;) {
    try {
      const { rows } = await database.query<ServerFacts & { encoding: string }>(/* sql */ `
        select current_setting('server_version_num')::int as version, current_database() as database,
            current_user as "user", current_setting('server_encoding') as encoding`);
      const row = rows[0];
      if (!row) throw new ThauError('INTERNAL', 'A select without a table returned no row.');
      check(row, database);
      return { version: row.version, database: row.database, user: row.user };
    } catch (error) {
      const starting = error instanceof ThauError && error.code === 'POSTGRES_STARTING';
      if (!starting || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function check(facts: ServerFacts & { encoding: string }, database: Database): void {
  if (facts.version < oldest) {
    const version = Math.floor(facts.version / 10_000);
    throw new ThauError(
      'POSTGRES_TOO_OLD',
      `The server at ${database.description} is PostgreSQL ${version}.`,
      {
        hint: 'thau needs PostgreSQL 15 or newer.',
      },
    );
  }
  if (facts.encoding !== 'UTF8') {
    throw new ThauError(
      'POSTGRES_ENCODING',
      `The database "${facts.database}" is encoded as ${facts.encoding}, not UTF8.`,
      { hint: `Create it with: create database ${facts.database} encoding 'UTF8' template template0;` },
    );
  }
}
