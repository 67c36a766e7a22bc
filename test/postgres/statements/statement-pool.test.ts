import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../../src/postgres/database.js';
import { Cancellation } from '../../../src/postgres/statements/cancellation.js';
import { openStatementPool } from '../../../src/postgres/statements/open-statement-pool.js';
import type { StatementPool } from '../../../src/postgres/statements/statement-pool.js';
import { Statement } from '../../../src/postgres/statements/statement.js';
import { connectionOf } from '../../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let home: TestDatabase;
let database: Database;
let pool: StatementPool | undefined;

beforeAll(async () => {
  home = await createTestDatabase();
  database = new Database({ connection: connectionOf(home.url) });
});
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

function open(options: Partial<Parameters<typeof openStatementPool>[0]> = {}): StatementPool {
  pool = openStatementPool({
    connection: connectionOf(home.url),
    database,
    size: 2,
    statementTimeout: 5_000,
    ...options,
  });
  return pool;
}

const me = { owner: 'me' };
const backends = (): Promise<Record<string, unknown>[]> =>
  home.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'thau api' and datname = current_database()`,
  );

/** Resolves once a statement of the pool waits in PostgreSQL. */
async function sleeping(count: number): Promise<void> {
  for (;;) {
    const rows = await home.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'thau api' and state = 'active'`,
    );
    if (rows.length >= count) return;
  }
}

describe('the reading pool', () => {
  test('answers every value as the text PostgreSQL wrote, prepared from the second use on', async () => {
    const { run } = bound(open());
    const statement = new Statement(
      `select $1::int + 1, null, $2::text[], 'Nguyễn', current_setting('timezone')`,
    );
    for (let time = 0; time < 3; time += 1) {
      expect(await run(statement, ['41', '{a,"b c"}'], me)).toEqual([
        ['42', null, '{a,"b c"}', 'Nguyễn', 'UTC'],
      ]);
    }
    const prepared = await run(new Statement('select name from pg_prepared_statements'), [], me);
    expect(prepared).toEqual([[statement.name]]);
  });

  test('answers values of any length whole, whatever the pieces they come in', async () => {
    const { run } = bound(open({ size: 1 }));
    const statement = new Statement(
      `select n::text, repeat('ế"', n), null, repeat('x', 3 * n) from unnest($1::int[]) n`,
    );
    const sizes = [0, 1, 2_000, 3_000, 20_000, 21_846, 60_000, 400_000, 7, 65_530, 2_000_000, 3];
    for (let time = 0; time < 3; time += 1) {
      const rows = await run(statement, [`{${sizes.join(',')}}`], me);
      expect(rows.map(([n]) => Number(n))).toEqual(sizes);
      rows.forEach(([, text, nothing, plain], index) => {
        const size = sizes[index] ?? 0;
        expect(text === 'ế"'.repeat(size)).toBe(true);
        expect(plain === 'x'.repeat(3 * size)).toBe(true);
        expect(nothing).toBeNull();
      });
    }
  });

  test('real answers cut anywhere are the same, and after garbage the next is answered by another connection', async () => {
    const to = connectionOf(home.url);
    let cut = 1;
    let garbage = false;
    const proxy = createServer((client) => {
      const server = connect(to.port ?? 5432, to.host ?? '127.0.0.1');
      client.on('error', () => server.destroy()).on('close', () => server.destroy());
      server.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.pipe(server);
      // one a turn, so that they are read apart
      const pieces: Buffer[] = [];
      const pass = (): void => {
        const [piece] = pieces;
        if (piece === undefined) return;
        client.write(piece);
        setImmediate(() => {
          pieces.shift();
          pass();
        });
      };
      client.setNoDelay(true);
      server.on('data', (chunk) => {
        if (garbage) {
          garbage = false;
          client.write(Buffer.from([0x44, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
          return;
        }
        pieces.push(chunk.subarray(0, cut), chunk.subarray(cut));
        if (pieces.length === 2) pass();
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    try {
      const { run } = bound(open({ size: 1, connection: { ...to, host: '127.0.0.1', port } }));
      const statement = new Statement(`select n::text, repeat('ế"', n), null from generate_series(0, 20) n`);
      const wanted = Array.from({ length: 21 }, (_, n) => [String(n), 'ế"'.repeat(n), null]);
      for (cut = 1; cut < 1_200; cut += 7) {
        expect(await run(statement, [], me)).toEqual(wanted);
        await expect(run(new Statement(`select ${cut}/0`), [], me)).rejects.toMatchObject({
          code: 'POSTGRES_DATA',
        });
      }
      for (let time = 0; time < 3; time += 1) {
        garbage = true;
        // it only reads, so it is run once more by itself
        expect(await run(statement, [], me)).toEqual(wanted);
        expect(garbage).toBe(false);
      }
    } finally {
      await pool?.close();
      pool = undefined;
      proxy.close();
    }
  });

  test('holds the budget of named statements, and what was dropped works again', async () => {
    const { run } = bound(open({ size: 1 }));
    const statements = Array.from({ length: 450 }, (_, index) => new Statement(`select ${index}`));
    for (let time = 0; time < 3; time += 1) {
      for (const [index, statement] of statements.entries()) {
        expect(await run(statement, [], me)).toEqual([[String(index)]]);
      }
    }
    const [row] = await run(new Statement('select count(*) from pg_prepared_statements'), [], me);
    expect(Number(row?.[0])).toBeLessThanOrEqual(200);
  });

  test('cannot write', async () => {
    await expect(bound(open()).run(new Statement('create table t ()'), [], me)).rejects.toMatchObject({
      notes: ['SQLSTATE 25006'],
    });
  });

  test('goes on after errors, and says what PostgreSQL said only to us', async () => {
    const { run } = bound(open({ size: 1 }));
    await expect(run(new Statement('select 1/0'), [], me)).rejects.toMatchObject({ code: 'POSTGRES_DATA' });
    await expect(run(new Statement('select from nowhere'), [], me)).rejects.toMatchObject({
      code: 'POSTGRES_UNDEFINED',
    });
    expect(await run(new Statement('select 1'), [], me)).toEqual([['1']]);
  });

  test('runs a prepared statement whose table changed its columns, after one refusal', async () => {
    const { run } = bound(open({ size: 1 }));
    await home.query('create table shifting (a int); insert into shifting values (1)');
    const statement = new Statement('select * from shifting');
    for (let time = 0; time < 3; time += 1) expect(await run(statement, [], me)).toEqual([['1']]);
    await home.query('alter table shifting add b int default 2');
    await expect(run(statement, [], me)).rejects.toMatchObject({ notes: ['SQLSTATE 0A000'] });
    expect(await run(statement, [], me)).toEqual([['1', '2']]);
  });

  test('ends a statement that takes too long', async () => {
    const { run } = bound(open({ statementTimeout: 50 }));
    await expect(run(new Statement('select pg_sleep(10)'), [], me)).rejects.toMatchObject({
      code: 'POSTGRES_CANCELLED',
    });
  });

  test('tells PostgreSQL to stop when nobody waits, and the connection serves the next', async () => {
    const { run } = bound(open({ size: 1 }));
    const cancellation = new Cancellation();
    const slow = run(new Statement('select pg_sleep(60)'), [], { owner: 'a', cancellation });
    const next = run(new Statement('select 2'), [], { owner: 'b' });
    await sleeping(1);
    cancellation.cancel();
    await expect(slow).rejects.toMatchObject({ code: 'API_CLIENT_GONE' });
    expect(await next).toEqual([['2']]);
    expect(await backends()).toHaveLength(1);
  });

  test('takes a request out of the queue when its client goes', async () => {
    const { run } = bound(open({ size: 1 }));
    const holding = new Cancellation();
    const first = run(new Statement('select pg_sleep(60)'), [], { owner: 'a', cancellation: holding });
    const leaving = new Cancellation();
    const second = run(new Statement('select 1'), [], { owner: 'b', cancellation: leaving });
    await sleeping(1);
    leaving.cancel();
    await expect(second).rejects.toMatchObject({ code: 'API_CLIENT_GONE' });
    holding.cancel();
    await expect(first).rejects.toMatchObject({ code: 'API_CLIENT_GONE' });
  });

  test('refuses at once past the queue, and after a while within it', async () => {
    const { run } = bound(open({ size: 1, queueLength: 1, queueTimeout: 50 }));
    // connected first, however long that takes: what follows is about the queue
    await expect.poll(() => run(new Statement('select 1'), [], me).then(Boolean, () => false)).toBe(true);
    const holding = new Cancellation();
    const first = run(new Statement('select pg_sleep(60)'), [], { owner: 'a', cancellation: holding });
    await sleeping(1);
    const waits = run(new Statement('select 1'), [], me);
    await expect(run(new Statement('select 1'), [], me)).rejects.toMatchObject({ code: 'API_BUSY' });
    await expect(waits).rejects.toMatchObject({ code: 'API_BUSY' });
    holding.cancel();
    await expect(first).rejects.toMatchObject({ code: 'API_CLIENT_GONE' });
  });

  test('lets owners take turns', async () => {
    const { run } = bound(open({ size: 1 }));
    const order: string[] = [];
    const ask = async (owner: string): Promise<void> => {
      await run(new Statement('select 1'), [], { owner });
      order.push(owner);
    };
    await Promise.all([...Array.from({ length: 20 }, () => ask('greedy')), ask('modest')]);
    expect(order.indexOf('modest')).toBeLessThan(5);
  });

  test('replaces connections that PostgreSQL ended, without an error for who asks next', async () => {
    const { run } = bound(open({ size: 2 }));
    const pid = new Statement('select pg_backend_pid()');
    const before = await run(pid, [], me);
    await home.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and application_name = 'thau api' and datname = current_database()`,
    );
    expect(await run(pid, [], me)).not.toEqual(before);
  });

  test('runs a statement once more when its connection is ended under it', async () => {
    const { run } = bound(open({ size: 1 }));
    const answer = run(new Statement(`select pg_sleep(0.3), 'done'`), [], me);
    await sleeping(1);
    await home.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and application_name = 'thau api' and datname = current_database()`,
    );
    expect((await answer)[0]?.[1]).toBe('done');
  });

  test('says that the database cannot be reached to everyone who waits', async () => {
    const { run } = bound(open({ connection: { host: '127.0.0.1', port: 1 } }));
    const answers = await Promise.allSettled([1, 2, 3].map(() => run(new Statement('select 1'), [], me)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'POSTGRES_CONNECTION_REFUSED' } });
    }
  });

  test('finishes what runs when it is closed, and takes nothing new', async () => {
    const closing = open({ size: 1 });
    const { run } = bound(closing);
    const last = run(new Statement(`select pg_sleep(0.2), 'last'`), [], me);
    const closed = closing.close();
    await expect(run(new Statement('select 1'), [], me)).rejects.toMatchObject({ code: 'API_BUSY' });
    expect((await last)[0]?.[1]).toBe('last');
    await closed;
    expect(closing.counts.waiting).toBe(0);
  });
});

function bound(from: StatementPool): { run: StatementPool['run'] } {
  return { run: (...args) => from.run(...args) };
}
