import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { Database } from '../../src/postgres/database.js';
import { faultOf } from '../../src/postgres/fault.js';
import { PreparedStatements } from '../../src/postgres/prepared-statements.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let database: Database;

beforeAll(async () => {
  scratch = await createTestDatabase();
  database = new Database({ connection: connectionOf(scratch.url), max: 3 });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'nothing thrown',
    (thrown: unknown) => thrown,
  );
  return error instanceof ThauError ? error.code : String(error);
}

describe('query', () => {
  test('keeps what JavaScript would round or shift as text', async () => {
    const { rows } = await database.query(`
      select 7::bigint as small, 9007199254740993::bigint as big, 1.10::numeric(10,2) as money,
        date '2026-01-02' as day, timestamp '2026-01-02 03:04:05' as naive, array[1::bigint, null] as list,
        '{"a": 1}'::jsonb as json, interval '1 day 2 hours' as span, true as yes`);
    expect(rows).toEqual([
      {
        small: 7,
        big: '9007199254740993',
        money: '1.10',
        day: '2026-01-02',
        naive: '2026-01-02 03:04:05',
        list: [1, null],
        json: { a: 1 },
        span: '1 day 02:00:00',
        yes: true,
      },
    ]);
  });

  test('answers with the last of several statements', async () => {
    const result = await database.query('select 1 as a; select 2 as b, 3 as c');
    expect(result.rows).toEqual([{ b: 2, c: 3 }]);
    expect(result.fields.map((field) => field.name)).toEqual(['b', 'c']);
  });

  test('gives every value as text, and both of two columns of one name', async () => {
    const result = await database.queryText(`select 1.50 as a, now() is not null as a, null as b`);
    expect(result.rows).toEqual([['1.50', 't', null]]);
    expect(result.fields.map((field) => field.name)).toEqual(['a', 'a', 'b']);
  });
});

describe('errors', () => {
  test('carry code, excerpt with caret, and the fault of PostgreSQL as cause', async () => {
    const error = await database
      .query('select\n  custmer_id\nfrom pg_class')
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThauError);
    const fault = error as ThauError;
    expect(fault.code).toBe('POSTGRES_UNDEFINED');
    expect(fault.excerpt).toBe('  1 | select\n> 2 |   custmer_id\n    |   ^\n  3 | from pg_class');
    expect(faultOf(fault)).toMatchObject({ sqlstate: '42703', position: 10 });
  });

  test('have a code for each kind of fault', async () => {
    expect(await codeOf(database.query('selec 1'))).toBe('POSTGRES_SYNTAX');
    expect(await codeOf(database.query('select 1 / 0'))).toBe('POSTGRES_DATA');
    expect(await codeOf(database.query(`select 'x'::int`))).toBe('POSTGRES_DATA');
    expect(await codeOf(database.query(`create table dup (); create table dup ()`))).toBe(
      'POSTGRES_DUPLICATE',
    );
    expect(
      await codeOf(database.query(`create temp table t (a int not null); insert into t values (null)`)),
    ).toBe('POSTGRES_CONSTRAINT');
    expect(await codeOf(database.query(`set local statement_timeout = 1; select pg_sleep(5)`))).toBe(
      'POSTGRES_CANCELLED',
    );
    expect(await codeOf(database.query(`select case when true then 1 else date '2026-01-01' end`))).toBe(
      'POSTGRES_TYPE',
    );
  });

  test('tell a refused connection, an unknown host and a missing database apart', async () => {
    const base = connectionOf(scratch.url);
    const tryOne = async (connection: object): Promise<string> => {
      const other = new Database({ connection: { ...base, ...connection, connectTimeout: 5 } });
      try {
        return await codeOf(other.query('select 1'));
      } finally {
        await other.close();
      }
    };
    expect(await tryOne({ host: '127.0.0.1', port: 1 })).toBe('POSTGRES_CONNECTION_REFUSED');
    expect(await tryOne({ host: '/nowhere', port: 5432 })).toBe('POSTGRES_CONNECTION_REFUSED');
    expect(await tryOne({ host: 'no-such-host.invalid' })).toBe('POSTGRES_UNREACHABLE');
    expect(await tryOne({ database: 'no_such_database' })).toBe('POSTGRES_DATABASE_MISSING');
    expect(await tryOne({ user: 'no_such_role' })).toBe('POSTGRES_WRONG_PASSWORD');
  });

  test('say that the connection was lost when a backend is terminated, and the pool goes on', async () => {
    const lost = database.use(async (session) => {
      await session.query('begin');
      const pid = session.backendPid;
      const killed = scratch.query('select pg_terminate_backend($1)', [pid]);
      await killed;
      await session.query('select 1');
    });
    expect(await codeOf(lost)).toBe('POSTGRES_CONNECTION_LOST');
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('transaction', () => {
  test('commits what returns, rolls back what throws, and nests by savepoints', async () => {
    await database.query('create table notes (note text)');
    await database.transaction(async (tx) => {
      await tx.query(`insert into notes values ('kept')`);
      const inner = tx.transaction(async (nested) => {
        await nested.query(`insert into notes values ('dropped')`);
        throw new Error('no');
      });
      await expect(inner).rejects.toThrow('no');
    });
    await expect(
      database.transaction(async (tx) => {
        await tx.query(`insert into notes values ('never')`);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await database.query('select note from notes')).rows).toEqual([{ note: 'kept' }]);
  });

  test('cancels the running statement when its signal aborts', async () => {
    const abort = new AbortController();
    const slow = database.use(
      async (session) => {
        setImmediate(() => abort.abort());
        await session.query('select pg_sleep(60)');
      },
      { signal: abort.signal },
    );
    expect(await codeOf(slow)).toBe('POSTGRES_CANCELLED');
  });
});

describe('streams', () => {
  test('copies rows in and out and reads them by cursor', async () => {
    await database.query('create table many (id int, name text)');
    const lines = function* (): Generator<string> {
      for (let id = 1; id <= 5000; id++) yield `${id},"Nguyễn ${id}"\n`;
    };
    const count = await database.use((session) =>
      session.copyIn('copy many from stdin (format csv)', lines()),
    );
    expect(count).toBe(5000);
    const sizes: number[] = [];
    await database.use(async (session) => {
      for await (const rows of session.cursor('select * from many order by id', [], { batch: 2000 })) {
        sizes.push(rows.length);
      }
    });
    expect(sizes).toEqual([2000, 2000, 1000]);
    const out = await database.use(async (session) => {
      let bytes = 0;
      for await (const chunk of session.copyOut('copy many to stdout')) bytes += chunk.length;
      return bytes;
    });
    expect(out).toBeGreaterThan(50_000);
  });

  test('a cursor left early gives the connection back usable', async () => {
    await database.use(async (session) => {
      for await (const rows of session.cursor('select generate_series(1, 100000) as n', [], { batch: 10 })) {
        expect(rows).toHaveLength(10);
        break;
      }
      expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    });
  });

  test('a malformed row names its line, and nothing of the copy stays', async () => {
    await database.query('create table strict (id int)');
    const error = await database
      .use((session) => session.copyIn('copy strict from stdin (format csv)', ['1\n', 'two\n', '3\n']))
      .catch((thrown: unknown) => thrown);
    expect((error as ThauError).code).toBe('POSTGRES_DATA');
    expect((error as ThauError).notes.join(' ')).toContain('line 2');
    expect((await database.query('select count(*) as n from strict')).rows).toEqual([{ n: 0 }]);
  });
});

describe('prepared statements', () => {
  test('stay within their budget, and come back by themselves', async () => {
    await database.use(async (session) => {
      for (let index = 0; index < PreparedStatements.budget + 20; index++) {
        const rows = await session.queryPrepared(`s${index}`, `select $1::int + ${index}`, [1]);
        expect(rows).toEqual([[String(index + 1)]]);
      }
      expect(await session.queryPrepared('s0', 'select $1::int + 0', [5])).toEqual([['5']]);
      const { rows } = await session.query<{ n: number }>('select count(*) as n from pg_prepared_statements');
      expect(rows[0]?.n).toBeLessThanOrEqual(PreparedStatements.budget);
    });
  });

  test('a statement that failed to parse can be prepared once its table exists', async () => {
    await database.use(async (session) => {
      const ask = (): Promise<unknown> => session.queryPrepared('later', 'select a from later', []);
      expect(await codeOf(ask())).toBe('POSTGRES_UNDEFINED');
      await session.query('create table later as select 1 as a');
      expect(await ask()).toEqual([['1']]);
    });
  });
});
