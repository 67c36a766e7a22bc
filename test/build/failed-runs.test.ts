import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, statuses, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const a: PlainNode = { name: 'a', sql: () => 'select 1 as x, clock_timestamp() as at' };
const b = (sql: string): PlainNode => ({
  name: 'b',
  reads: ['a'],
  sql: ({ ref }) => `${sql} from ${ref('a')}`,
});
const c: PlainNode = { name: 'c', reads: ['b'], sql: ({ ref }) => `select * from ${ref('b')}` };
const d: PlainNode = { name: 'd', sql: () => 'select 4 as x' };
const aTested: PlainNode = {
  name: 'a_tested',
  type: 'test',
  reads: ['a'],
  sql: ({ ref }) => `select * from ${ref('a')} where x is null`,
};

describe('retry', () => {
  test('builds only what failed and what waited for it, and publishes with what was good', async () => {
    const failed = await runPlain(database, [a, b('select x / 0 as y'), c, d, aTested]);
    expect(statuses(failed)).toEqual({
      a: 'success',
      a_tested: 'pass',
      b: 'error',
      c: 'skipped',
      d: 'success',
    });
    const ran = await runPlain(database, [a, b('select x as y'), c, d, aTested], { retryOf: 1 });
    expect(ran.error).toBeUndefined();
    expect(statuses(ran)).toEqual({
      a: 'carried',
      a_tested: 'carried',
      b: 'success',
      c: 'success',
      d: 'carried',
    });
    expect(ran.state).toBe('published');
    expect(await place.query('select y from shop.c')).toEqual([{ y: 1 }]);
    const mapped = await place.query('select name, relation_schema from thau.mapping order by 1');
    expect(mapped.map((row) => row['relation_schema'])).toEqual([
      'shop__r1',
      'shop__r2',
      'shop__r2',
      'shop__r1',
    ]);
  });

  test('can fail and be retried again', async () => {
    await runPlain(database, [a, b('select x / 0 as y'), c]);
    await runPlain(database, [a, b('select 2 / 0 as y'), c], { retryOf: 1 });
    const ran = await runPlain(database, [a, b('select x as y'), c], { retryOf: 2 });
    expect(statuses(ran)).toEqual({ a: 'carried', b: 'success', c: 'success' });
    expect(await place.query('select count(*)::int as n from shop.a')).toEqual([{ n: 1 }]);
    await runPlain(database, [a, b('select x as y'), c]);
    await runPlain(database, [a, b('select x as y'), c]);
    const left = await place.query(
      `select nspname as n from pg_namespace where nspname like 'shop%' order by 1`,
    );
    expect(left.map((row) => row['n'])).toEqual(['shop', 'shop__r4', 'shop__r5']);
  });

  test('builds again what was good but changed since', async () => {
    await runPlain(database, [a, b('select x / 0 as y')]);
    const ran = await runPlain(database, [{ ...a, sql: () => 'select 2 as x' }, b('select x as y')], {
      retryOf: 1,
    });
    expect(statuses(ran)).toEqual({ a: 'success', b: 'success' });
  });
});

describe('publish: healthy', () => {
  test('publishes what is not downstream of a failure, and marks the rest', async () => {
    await runPlain(database, [
      { ...a, sql: () => 'select 0 as x' },
      b('select x as y'),
      c,
      { ...d, sql: () => 'select 0 as x' },
    ]);
    const ran = await runPlain(database, [a, b('select x / 0 as y'), c, d], { publish: 'healthy' });
    expect(ran.state).toBe('published');
    expect(statuses(ran)).toMatchObject({ b: 'error', c: 'skipped' });
    expect(await place.query('select x from shop.a')).toEqual([{ x: 1 }]);
    expect(await place.query('select x from shop.d')).toEqual([{ x: 4 }]);
    expect(await place.query('select y from shop.c')).toEqual([{ y: 0 }]);
    expect(ran.stale).toEqual(['model.shop.b', 'model.shop.c']);
  });

  test('keeps back what a failed test reads, and everything below', async () => {
    const failing = { ...aTested, sql: () => 'select 1' };
    const ran = await runPlain(database, [a, b('select x as y'), c, d, failing], { publish: 'healthy' });
    expect(ran.state).toBe('published');
    const mapped = await place.query('select name from thau.mapping order by 1');
    expect(mapped).toEqual([{ name: 'd' }]);
  });
});
