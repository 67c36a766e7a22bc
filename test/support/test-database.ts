import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Runs SQL on a connection of its own. */
  query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** A database by its name. */
type Named = Pick<TestDatabase, 'name'>;

/** A fresh database for one test file, or a copy of another that nobody is connected to; drop it in `afterAll`. */
export async function createTestDatabase(template?: Named): Promise<TestDatabase> {
  const base = process.env['THAU_TEST_DATABASE_URL'];
  if (base === undefined) throw new Error('the global setup did not run');
  const name = `t_${randomBytes(6).toString('hex')}`;
  await once(base, `create database ${name}${template ? ` template ${template.name}` : ''}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    query: (text, values) => once(url.href, text, values),
    drop: async () => {
      await once(base, `drop database if exists ${name} with (force)`);
    },
  };
}

/** What the global setup made once for all: a database with thau's own tables. */
export function stateTemplate(): Named {
  const name = process.env['THAU_TEST_STATE_TEMPLATE'];
  if (name === undefined) throw new Error('the global setup did not run');
  return { name };
}

async function once(url: string, text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text, values);
    return result.rows;
  } finally {
    await client.end();
  }
}
