import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Database, type OwnSession } from '../../src/postgres/database.js';
import type { Session } from '../../src/postgres/session.js';
import { withSetting } from '../../src/postgres/with-setting.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let database: Database;
let own: OwnSession;
let session: Session;

beforeAll(async () => {
  scratch = await createTestDatabase();
  database = new Database({ connection: connectionOf(scratch.url), max: 2 });
  own = await database.session();
  session = own.session;
});
afterAll(async () => {
  await own.close();
  await database.close();
  await scratch.drop();
});
beforeEach(() => session.query('drop table if exists t; create table t (x int)'));

const rows = async (): Promise<unknown> => (await database.query('select x from t order by x')).rows;

describe('statements that are sent later', () => {
  test('go ahead of the next, in their order, whichever way it is sent', async () => {
    session.later('insert into t values (1)');
    session.later('update t set x = x + 1');
    expect((await session.query('select x from t')).rows).toEqual([{ x: 2 }]);
    session.later('update t set x = 7');
    expect((await session.query('select x from t where x > $1', [3])).rows).toEqual([{ x: 7 }]);
    session.later('update t set x = 8');
    expect((await session.queryText('select x from t')).rows).toEqual([['8']]);
    session.later('update t set x = 9');
    expect(await session.queryPrepared('nine', 'select x from t where x > $1', [3])).toEqual([['9']]);
    session.later('update t set x = 10');
    expect((await session.queryNamed('ten', 'select x from t where x > $1', [3])).rows).toEqual([{ x: 10 }]);
    session.later('update t set x = 11');
    const read: unknown[] = [];
    for await (const batch of session.cursor('select x from t')) read.push(...batch);
    expect(read).toEqual([{ x: 11 }]);
    session.later('delete from t');
    expect(await session.copyIn('copy t from stdin', ['12\n'])).toBe(1);
    expect(await rows()).toEqual([{ x: 12 }]);
  });

  test('are part of a transaction, and committed with it', async () => {
    await session.transaction((tx) => {
      tx.later('insert into t values (1)');
      return Promise.resolve();
    });
    expect(await rows()).toEqual([{ x: 1 }]);
    const answer = await session.transaction(async (tx) => {
      tx.later('insert into t values (2)');
      return (await tx.joined<{ n: number }>('select count(*)::int as n from t')).rows[0]?.n;
    });
    expect(answer).toBe(2);
  });

  test('are nothing where the transaction fails, sent or not', async () => {
    const failing = session.transaction((tx) => {
      tx.later('insert into t values (1)');
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    const half = session.transaction(async (tx) => {
      tx.later('insert into t values (2)');
      await tx.query('select 1');
      tx.later('insert into t values (3)');
      throw new Error('no');
    });
    await expect(half).rejects.toThrow('no');
    const atCommit = session.transaction((tx) => {
      tx.later('insert into t values (4)');
      tx.later('insert into nowhere values (5)');
      return Promise.resolve();
    });
    await expect(atCommit).rejects.toThrow('nowhere');
    expect((await session.query('select x from t')).rows).toEqual([]);
    expect(await session.transaction(() => Promise.resolve('nothing was done'))).toBe('nothing was done');
  });

  test('stay with the transaction around a savepoint that fails', async () => {
    await session.transaction(async (tx) => {
      tx.later('insert into t values (1)');
      const inner = tx.transaction((nested) => {
        nested.later('insert into t values (2)');
        return Promise.reject(new Error('no'));
      });
      await inner.catch(() => undefined);
      const sent = tx.transaction((nested) => nested.query('insert into nowhere values (3)'));
      await sent.catch(() => undefined);
      await tx.transaction((nested) => {
        nested.later('insert into t values (4)');
        return Promise.resolve();
      });
    });
    expect(await rows()).toEqual([{ x: 1 }, { x: 4 }]);
  });

  test('are undone with a transaction that is to be undone', async () => {
    const seen = await session.transaction(
      async (tx) => {
        tx.later('insert into t values (1)');
        return (await tx.query('select x from t')).rows;
      },
      { undo: true },
    );
    expect(seen).toEqual([{ x: 1 }]);
    expect(await rows()).toEqual([]);
  });
});

test('a setting holds for the work within, and is what it was after it', async () => {
  const setting = `select current_setting('random_page_cost') as cost`;
  const costs = await session.transaction(async (tx) => {
    await tx.query('set local random_page_cost = 3');
    const within = await withSetting(
      tx,
      'random_page_cost',
      (before) => `(${before}::float8 / 2)::text`,
      () => tx.query(setting),
    );
    return [...within.rows, ...(await tx.query(setting)).rows];
  });
  expect(costs).toEqual([{ cost: '1.5' }, { cost: '3' }]);
});
