import { beforeEach, describe, expect, test } from 'vitest';
import { requestCancel } from '../../src/build/run/request-cancel.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, statuses, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await runPlain(database, [node(`'before'`)]);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const node = (value: string): PlainNode => ({ name: 'a', sql: () => `select ${value} as x` });
const slow: PlainNode[] = [
  node(`'after'::text || coalesce(pg_sleep(60)::text, '')`),
  { name: 'b', reads: ['a'], sql: ({ ref }) => `select * from ${ref('a')}` },
];

/** Resolves when a backend of run 2 is at work on a node. */
async function building(): Promise<number[]> {
  for (;;) {
    const rows = await place.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'thau run 2' and query like '%pg_sleep%'
       and state = 'active'`,
    );
    if (rows.length > 0) return rows.map((row) => Number(row['pid']));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function expectUntouched(): Promise<void> {
  expect(await place.query('select x from shop.a')).toEqual([{ x: 'before' }]);
  expect(await place.query('select generation from thau.pointer')).toEqual([{ generation: '1' }]);
}

async function expectNextRunSucceeds(): Promise<void> {
  const ran = await runPlain(database, [node(`'next'`)]);
  expect(ran.error).toBeUndefined();
  expect(ran.state).toBe('published');
  expect(await place.query('select x from shop.a')).toEqual([{ x: 'next' }]);
  const left = await place.query(`select relation_schema from thau.relations where run_id = 2`);
  expect(left).toEqual([]);
  const schemas = await place.query(`select nspname from pg_namespace where nspname = 'shop__r2'`);
  expect(schemas).toEqual([]);
}

describe('a run that is', () => {
  test('cancelled by a signal stops its statement and publishes nothing', async () => {
    const controller = new AbortController();
    const running = runPlain(database, slow, { signal: controller.signal });
    await building();
    controller.abort();
    const ran = await running;
    expect(ran.state).toBe('cancelled');
    expect(ran.error).toMatchObject({ code: 'BUILD_CANCELLED' });
    expect(statuses(ran)).toEqual({ a: 'cancelled', b: 'skipped' });
    await expectUntouched();
    expect(await place.query('select state from thau.runs where run_id = 2')).toEqual([
      { state: 'cancelled' },
    ]);
    await expectNextRunSucceeds();
  });

  test('cancelled by a request row names who asked', async () => {
    const running = runPlain(database, slow);
    await building();
    await requestCancel(database, 'thau', 'the API', 2);
    const ran = await running;
    expect(ran.state).toBe('cancelled');
    expect((ran.error as Error).message).toContain('the API');
    expect(await place.query('select state, run_id from thau.requests')).toEqual([
      { state: 'done', run_id: '2' },
    ]);
    await expectUntouched();
  });

  test('robbed of a backend fails that node, and the next run is clean', async () => {
    const running = runPlain(database, slow);
    const [pid] = await building();
    await place.query('select pg_terminate_backend($1)', [pid]);
    const ran = await running;
    expect(ran.state).toBe('failed');
    expect(statuses(ran)).toEqual({ a: 'error', b: 'skipped' });
    expect(ran.results[0]?.error).toMatchObject({ code: 'POSTGRES_CONNECTION_LOST' });
    await expectUntouched();
    await expectNextRunSucceeds();
  });

  test('robbed of every connection fails or stops, and the next run is clean', async () => {
    const running = runPlain(database, slow).catch((error: unknown) => error);
    await building();
    await place.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await running;
    await expectUntouched();
    await expectNextRunSucceeds();
  });

  test('going on keeps another one out, which is told its number, host and start', async () => {
    const controller = new AbortController();
    const running = runPlain(database, slow, { signal: controller.signal });
    await building();
    await expect(runPlain(database, [node('1')])).rejects.toMatchObject({
      code: 'POSTGRES_RUN_LOCKED',
      message: expect.stringMatching(/Run 2 .*process \d+ on .+, started 20/) as string,
    });
    controller.abort();
    await running;
  });
});
